/* Toolkit: models and features of atomic structures, as a shared library with a C interface.
 *
 * Lengths in Å, energies in eV, vectors in the unit that the model was fitted with (spins in Bohr magnetons); all reals are
 * double, all arrays in C order. A function returns 0, or 1 when it failed: then toolkit_error() says why, in UTF-8, until the
 * same thread's next failure. Objects may be used by several threads at once. Nothing is written but what is documented.
 */
#ifndef TOOLKIT_H
#define TOOLKIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct toolkit_object *toolkit_model;
typedef struct toolkit_object *toolkit_features;

/* Atoms. Unused pointers are NULL. */
typedef struct {
  int64_t atoms;
  int32_t const *species;     /* [atom]: atomic numbers */
  double const *positions;    /* [atom, xyz], Å */
  double const *cell;         /* [vector, xyz], Å */
  int32_t periodic;           /* which directions repeat: the sum of 1, 2 and 4 */
  int32_t properties;         /* how many arrays of numbers there are beside, as spins and charges */
  char const *const *names;   /* [property] */
  int32_t const *widths;      /* [property]: numbers per atom */
  double const *const *values; /* [property][atom, component] */
} toolkit_structure;

/* Neighbours that the caller has found, at least to the cutoff; both directions of a pair where both atoms are centres. */
typedef struct {
  int32_t const *offsets;     /* [atom + 1]: the first neighbour of each atom, and the end */
  int32_t const *neighbors;   /* [pair] */
  int32_t const *shifts;      /* [pair, abc]: whole numbers of the lattice vectors; NULL: every atom is where it says */
  int64_t centre_count;
  int32_t const *centres;     /* [centre]: the atoms whose energies are added up */
} toolkit_pairs;

/* Where a prediction goes. What is NULL is not wanted. */
typedef struct {
  double *energy;             /* eV */
  double *energies;           /* [atom], eV */
  double *forces;             /* [atom, xyz], eV/Å */
  double *virial;             /* [xyz, xyz], eV: -dE/d(strain); over the volume, with the other sign, it is the stress */
  double *fields;             /* [field, atom, xyz]: -dE/dv of each vector field of the model */
  double *energy_deviation;   /* eV; not a number where the model knows none */
  double *deviations;         /* [atom], eV */
} toolkit_prediction;

/* The text of this thread's last failure. */
char const *toolkit_error(void);

/* Gives a text back that the library made. */
void toolkit_free(char *text);

/* Gives a model or features back. */
int toolkit_close(void *object);

/* Reads the folder of a model, made by `toolkit fit`. */
int toolkit_model_open(char const *path, toolkit_model *model);

/* What a model is, as JSON: species, cutoff, local, deviations, grades, fields (name, key), inputs, version. The caller frees the text. */
int toolkit_model_about(toolkit_model model, char **text);

/* Energy and derivatives of a structure. */
int toolkit_model_predict(toolkit_model model, toolkit_structure const *structure, int32_t threads, toolkit_prediction const *prediction);

/* The same of some atoms, with the caller's neighbours; local models alone, without standard deviations. */
int toolkit_model_predict_pairs(toolkit_model model, toolkit_structure const *structure, toolkit_pairs const *pairs, int32_t threads,
                                toolkit_prediction const *prediction);

/* How far every atom is from those that the model was fitted on: grades [atom], at most about 1 within. For models fitted with
 * model.extrapolation. */
int toolkit_model_grades(toolkit_model model, toolkit_structure const *structure, int32_t threads, double *grades);

/* Features as a specification says (docs/spec.md). What it leaves to the data, species, contractions, a fit of kind nice, is made from the
 * structures; `fitted` is the file of a fit to use instead, or NULL. */
int toolkit_features_open(char const *spec, int64_t count, toolkit_structure const *structures, char const *fitted, int32_t threads,
                          toolkit_features *features);

/* What features are, as JSON: spec (complete), length, cutoff, equivariant, inputs, fields, and blocks, each with lambda, sigma, names,
 * labels [channel, name] and columns: runs [first, channels] of the 2 lambda + 1 components, [component, channel], within a row. The caller
 * frees the text. */
int toolkit_features_about(toolkit_features features, char **text);

/* Features of all atoms: [atom, length]. */
int toolkit_features_compute(toolkit_features features, toolkit_structure const *structure, int32_t threads, double *values);

/* How many rows their gradients have. */
int toolkit_features_gradient_rows(toolkit_features features, toolkit_structure const *structure, int64_t *rows);

/* Features and their gradients by positions: offsets [atom + 1] and atoms [row] say which centre and which atom a row is of;
 * gradients [row, xyz, length], per Å; fields [row, field, xyz, length], or NULL. */
int toolkit_features_gradients(toolkit_features features, toolkit_structure const *structure, int32_t threads, double *values, int32_t *offsets,
                               int32_t *atoms, double *gradients, double *fields);

/* One exact coefficient: kind 3j, cg, real-cg, gaunt, 6j or 9j; j and m as "1/2,1/2,1"; m is NULL for 6j and 9j. The caller frees the exact
 * text, as "-sqrt(1/30)"; value is the nearest double. */
int toolkit_coefficient(char const *kind, char const *j, char const *m, char **exact, double *value);

/* A table of all coefficients up to lmax in somebody's convention, written as an .npz (CONVENTIONS.md). */
int toolkit_table(char const *kind, int32_t lmax, char const *convention, char const *path);

#ifdef __cplusplus
}
#endif

#endif
