/* A libsodium that is new enough and does not start. */
int sodium_init(void);
int sodium_init(void) {
  return -1;
}
const char* sodium_version_string(void);
const char* sodium_version_string(void) {
  return "1.0.20";
}
int sodium_library_version_major(void);
int sodium_library_version_major(void) {
  return 26;
}
int sodium_library_version_minor(void);
int sodium_library_version_minor(void) {
  return 2;
}
