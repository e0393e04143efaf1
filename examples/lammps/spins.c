/* Spins and atoms in LAMMPS by a model of both: a program around LAMMPS's library, whose fix external asks the model for energy, forces and
 * virial at every step. Every atom carries its moment as a dipole (mu), which LAMMPS sends along to the copies of atoms on other ranks; moments
 * stay as they are. Models that KIM cannot carry run so on any number of ranks.
 *
 *   mpicc -O2 -Wall spins.c -I ../../Native -o spins -l:liblammps.so.0 -L ../../Native/out -l:libtoolkit-v3.so -Wl,-rpath,$PWD/../../Native/out
 *   mpirun -np 2 ./spins MODEL KEY CUTOFF in.spins Z...
 *
 * MODEL is the model's folder, KEY the property that it reads moments from (spins), CUTOFF its cutoff in Å, Z... the atomic number of each type. The input makes
 * atoms (atom_style hybrid sphere dipole), `pair_style zero` of that cutoff, `comm_modify cutoff` of at least twice the cutoff, and
 * `fix model all external pf/callback 1 1`; everything of the input up to the line "# model" is run before the model is asked for the first time.
 */
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "toolkit.h"

/* What of LAMMPS's library.h is used here. */
void *lammps_open(int argc, char **argv, MPI_Comm comm, void **handle);
void lammps_close(void *handle);
char *lammps_command(void *handle, char const *command);
int lammps_has_error(void *handle);
int lammps_get_last_error_message(void *handle, char *text, int length);
void *lammps_extract_atom(void *handle, char const *name);
int lammps_extract_setting(void *handle, char const *name);
typedef void callback(void *self, int64_t step, int own, int *tags, double **x, double **f);
void lammps_set_fix_external_callback(void *handle, char const *id, callback *function, void *self);
void lammps_fix_external_set_energy_global(void *handle, char const *id, double energy);
void lammps_fix_external_set_virial_global(void *handle, char const *id, double *virial);

struct driver {
  void *lammps;
  toolkit_model model;
  char const *key;
  double cutoff;
  int types, *numbers;
  int capacity, pair_capacity;
  int32_t *species, *offsets, *centres, *neighbors;
  double *moments, *forces, *energies;
};

static void stop(char const *why)
{
  fprintf(stderr, "spins: %s\n", why);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static void *grown(void *from, size_t bytes)
{
  void *to = realloc(from, bytes);
  if (!to) stop("out of memory");
  return to;
}

/* Lists of neighbours of own atoms and of copies within the cutoff of one: cells of the cutoff's size, the same on every rank. */
static int lists(struct driver *d, double *const *x, int own, int all, int *centre_count)
{
  double lo[3], hi[3], r2 = d->cutoff * d->cutoff;
  int n[3], pairs = 0;
  for (int k = 0; k < 3; k++) {
    lo[k] = hi[k] = x[0][k];
    for (int i = 1; i < all; i++) {
      if (x[i][k] < lo[k]) lo[k] = x[i][k];
      if (x[i][k] > hi[k]) hi[k] = x[i][k];
    }
    n[k] = (int)((hi[k] - lo[k]) / d->cutoff);
    n[k] = n[k] < 1 ? 1 : n[k] > 256 ? 256 : n[k];
  }
  int cells = n[0] * n[1] * n[2], *first = grown(NULL, sizeof(int) * (size_t)cells), *next = grown(NULL, sizeof(int) * (size_t)all);
  int(*at)[3] = grown(NULL, sizeof(int[3]) * (size_t)all);
  for (int c = 0; c < cells; c++) first[c] = -1;
  for (int i = all - 1; i >= 0; i--) {
    for (int k = 0; k < 3; k++) {
      double width = (hi[k] - lo[k]) / n[k];
      int c = width > 0 ? (int)((x[i][k] - lo[k]) / width) : 0;
      at[i][k] = c >= n[k] ? n[k] - 1 : c;
    }
    int c = (at[i][0] * n[1] + at[i][1]) * n[2] + at[i][2];
    next[i] = first[c];
    first[c] = i;
  }
  *centre_count = 0;
  for (int i = 0; i < all; i++) {
    int begin = pairs, near = i < own;
    d->offsets[i] = pairs;
    for (int a = at[i][0] - 1; a <= at[i][0] + 1; a++)
      for (int b = at[i][1] - 1; b <= at[i][1] + 1; b++)
        for (int c = at[i][2] - 1; c <= at[i][2] + 1; c++) {
          if (a < 0 || b < 0 || c < 0 || a >= n[0] || b >= n[1] || c >= n[2]) continue;
          for (int j = first[(a * n[1] + b) * n[2] + c]; j >= 0; j = next[j]) {
            double s = 0;
            for (int k = 0; k < 3; k++) s += (x[j][k] - x[i][k]) * (x[j][k] - x[i][k]);
            if (j == i || s >= r2) continue;
            if (j < own) near = 1;
            if (pairs == d->pair_capacity) {
              d->pair_capacity = 2 * pairs + 1024;
              d->neighbors = grown(d->neighbors, sizeof(int32_t) * (size_t)d->pair_capacity);
            }
            d->neighbors[pairs++] = j;
          }
        }
    if (near) d->centres[(*centre_count)++] = i;
    else pairs = begin;
  }
  d->offsets[all] = pairs;
  free(first);
  free(next);
  free(at);
  return pairs;
}

/* Forces on own atoms need the energies of all centres that see one, copies as well; energy and virial those of own atoms alone. */
static void ask(void *self, int64_t step, int own, int *tags, double **unused, double **f)
{
  (void)step;
  (void)tags;
  (void)unused;
  struct driver *d = self;
  double **x = lammps_extract_atom(d->lammps, "x"), **mu = lammps_extract_atom(d->lammps, "mu");
  int *type = lammps_extract_atom(d->lammps, "type"), all = own + lammps_extract_setting(d->lammps, "nghost"), count;
  double energy = 0, virial[9] = {0}, sums[10], totals[10];
  if (all > d->capacity) {
    d->capacity = all + all / 4;
    size_t n = (size_t)d->capacity;
    d->species = grown(d->species, sizeof(int32_t) * n);
    d->offsets = grown(d->offsets, sizeof(int32_t) * (n + 1));
    d->centres = grown(d->centres, sizeof(int32_t) * n);
    d->moments = grown(d->moments, sizeof(double) * 3 * n);
    d->forces = grown(d->forces, sizeof(double) * 3 * n);
    d->energies = grown(d->energies, sizeof(double) * n);
  }
  if (all > 0) {
    lists(d, x, own, all, &count);
    for (int i = 0; i < all; i++) {
      d->species[i] = d->numbers[type[i] - 1];
      for (int k = 0; k < 3; k++) d->moments[3 * i + k] = mu[i][k];
    }
    int32_t width = 3;
    double const *values = d->moments;
    toolkit_structure atoms = {.atoms = all, .species = d->species, .positions = x[0], .properties = 1, .names = &d->key, .widths = &width, .values = &values};
    toolkit_pairs pairs = {.offsets = d->offsets, .neighbors = d->neighbors, .centre_count = count, .centres = d->centres};
    toolkit_prediction to = {.energies = d->energies, .forces = d->forces};
    if (count > 0) {
      if (toolkit_model_predict_pairs(d->model, &atoms, &pairs, 1, &to)) stop(toolkit_error());
      for (int i = 0; i < own; i++) {
        energy += d->energies[i];
        for (int k = 0; k < 3; k++) f[i][k] = d->forces[3 * i + k];
      }
      /* Own centres come first. */
      pairs.centre_count = own;
      toolkit_prediction again = {.virial = virial};
      if (own > 0 && toolkit_model_predict_pairs(d->model, &atoms, &pairs, 1, &again)) stop(toolkit_error());
    }
  }
  sums[0] = energy;
  memcpy(sums + 1, virial, sizeof virial);
  MPI_Allreduce(sums, totals, 10, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  /* xx yy zz xy xz yz. */
  double of_lammps[6] = {totals[1], totals[5], totals[9], totals[2], totals[3], totals[6]};
  lammps_fix_external_set_energy_global(d->lammps, "model", totals[0]);
  lammps_fix_external_set_virial_global(d->lammps, "model", of_lammps);
}

static void command(void *lammps, char const *line)
{
  char text[2048] = "";
  lammps_command(lammps, line);
  if (!lammps_has_error(lammps)) return;
  lammps_get_last_error_message(lammps, text, sizeof text);
  stop(text);
}

int main(int argc, char **argv)
{
  MPI_Init(&argc, &argv);
  if (argc < 6) stop("expected MODEL KEY CUTOFF INPUT Z...");
  struct driver d = {.key = argv[2], .cutoff = atof(argv[3]), .types = argc - 5};
  if (!(d.cutoff > 0)) stop("expected a cutoff in angstroms");
  d.numbers = grown(NULL, sizeof(int) * (size_t)d.types);
  for (int k = 0; k < d.types; k++) d.numbers[k] = atoi(argv[5 + k]);
  if (toolkit_model_open(argv[1], &d.model)) stop(toolkit_error());
  char *options[] = {"spins", "-log", "none", NULL}, line[4096];
  FILE *input = fopen(argv[4], "r");
  if (!input) stop("the input cannot be read");
  d.lammps = lammps_open(3, options, MPI_COMM_WORLD, NULL);
  while (fgets(line, sizeof line, input)) {
    line[strcspn(line, "\r\n")] = 0;
    if (strncmp(line, "# model", 7) == 0) lammps_set_fix_external_callback(d.lammps, "model", ask, &d);
    else command(d.lammps, line);
  }
  fclose(input);
  lammps_close(d.lammps);
  toolkit_close(d.model);
  MPI_Finalize();
  return 0;
}
