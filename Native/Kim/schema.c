/* What the KIM API looks for in a portable model's library: two data symbols, which managed code cannot export.
   The layout is that of SharedLibrarySchemaV2 of the KIM API 2. */
typedef void routine(void);
extern int toolkit_kim_create();

struct schema
{
  int item_type; /* 1: a portable model */
  char const *item_name;
  int create_language; /* 1: C */
  routine *create_routine;
  char const *driver_name;
  void const *simulator_model;
  int parameter_files;
  void const *parameters;
  int metadata_files;
  void const *metadata;
};

__attribute__((visibility("default"))) int const kim_shared_library_schema_version = 2;
__attribute__((visibility("default"))) struct schema const kim_shared_library_schema
    = {1, "toolkit", 1, (routine *) toolkit_kim_create, 0, 0, 0, 0, 0, 0};
