/* What abidiff compares: from the one exported function all types of the header follow.
 */
#include "llm_provider.h"

const llmp_entry* llmp_entry_point(void) {
  return NULL;
}
