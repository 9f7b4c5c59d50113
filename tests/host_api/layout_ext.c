/* Prints the layout of the extensions: what host-api/abi/extensions-1.layout keeps.  A
 * member may follow; another order would be another revision. */
#include <stddef.h>
#include <stdio.h>

#include "ext/secret_key.h"
#include "ext/secret_store.h"

#define MEMBER(type, member)                                     \
  printf(#type "." #member " %zu %zu\n", offsetof(type, member), \
         sizeof(((type*)0)->member))

int main(void) {
  MEMBER(llmp_secret_key, struct_size);
  MEMBER(llmp_secret_key, reserved);
  MEMBER(llmp_secret_key, ctx);
  MEMBER(llmp_secret_key, get);
  MEMBER(llmp_secret_store, struct_size);
  MEMBER(llmp_secret_store, reserved);
  MEMBER(llmp_secret_store, ctx);
  MEMBER(llmp_secret_store, get);
  MEMBER(llmp_secret_store, put);
  MEMBER(llmp_secret_store, lock);
  MEMBER(llmp_secret_store, unlock);
  return 0;
}
