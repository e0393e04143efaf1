using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Spins;

/// <summary>Couplings of all pairs of spins in a structure, by a model: what a code for spin dynamics begins with.</summary>
/// <remarks>
/// ∂²E/∂v_i∂v_j is the change of the effective field on i when v_j changes. Only atoms within the cutoff of j have energies that v_j is
/// part of; they and their neighbours are looked at, images as atoms of their own, so that a pair and each of its images are told apart in
/// a cell of any size. Fields are differences over seven points: exact where they are polynomials of up to the sixth degree in one spin, as
/// those of linear models of products of up to seven factors are. The same of models that explain the training set as well (one step, which
/// is enough for a standard deviation) tells what the training set says of a coupling: of cells of two atoms, for one, whose images always
/// point the same way, it knows sums over shells of neighbours alone.
/// </remarks>
public static class SpinCouplings
{
    // Central differences over ±1, ±2, ±3 steps (B. Fornberg, Math. Comp. 51, 699 (1988)).
    private static readonly double[] Stencil = [45 / 60.0, -9 / 60.0, 1 / 60.0], Short = [0.5];

    // Of the spin's length. Differences of polynomials are exact for any step; a small one would lose digits.
    private const double Step = 0.1;

    /// <summary>The couplings of each spin of the structure with every other within a range, those of i with j and of j with i, each found
    /// by itself; by first atom, then by distance.</summary>
    /// <param name="model">A local model with a field of vectors.</param>
    /// <param name="structure">With spins; atoms without one (length 0) are left out.</param>
    /// <param name="field">The number of the field among <see cref="RepresentationSet.Fields"/>.</param>
    /// <param name="range">The largest distance, Å; null: all that the model couples, twice its cutoff.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="NotSupportedException">The model is not local.</exception>
    /// <exception cref="UnfitStructureException">See <see cref="FittedModel.Predict(Structure, int, bool)"/>.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public static IReadOnlyList<SpinCoupling> Of(
        FittedModel model, Structure structure, int field = 0, double? range = null, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(structure);
        if (!model.IsLocal) throw new NotSupportedException("the model is long-ranged: every spin is coupled with every other");
        if (!(field >= 0 && field < model.Features.Fields.Count))
            throw new ArgumentOutOfRangeException(nameof(field), field, $"expected a field of {model.Features.Fields.Count}");
        double reach = 2 * model.Features.Cutoff;
        if (range is double r && !(r > 0 && double.IsFinite(r)))
            throw new ArgumentOutOfRangeException(nameof(range), range, "expected a distance in Å");
        FittedModel.Require(structure, [.. model.Species], model.Features.Fields);
        double[] spins = model.Features.Fields[field].Read(structure);
        IReadOnlyList<LinearPotential> draws = model.Doubts.Spread?.Draws ?? [];
        using NeighborList list = NeighborList.Build(structure, reach, threads);
        // Here, where atoms have their own numbers, and not those of a part around one of them.
        DensityExpansion.RequireApart(list);
        var found = new List<SpinCoupling>[structure.Count];
        Threads.Share(structure.Count, threads, j =>
            found[j] = Length(spins, j) > 0
                ? Around(model, draws, structure, list, spins, field, j, Math.Min(range ?? reach, reach)) : []);
        return [.. found.SelectMany(static f => f)];
    }

    /// <summary>The same of every structure of a data set.</summary>
    /// <exception cref="Files.InputException">While walking: a structure that the model does not know.</exception>
    public static IEnumerable<(Structure Structure, IReadOnlyList<SpinCoupling> Couplings)> Of(
        FittedModel model, StructureSource source, int field = 0, double? range = null, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        return StructureStream.Each(source.Read(), threads, 1, (s, _, inside) => Of(model, s, field, range, inside))
            .Select(static r => (r.Structure, r.Result));
    }

    /// <summary>Those couplings of a structure that the training set leaves open: the standard deviation of the exchange, or of the vector
    /// of Dzyaloshinskii and Moriya, is more than a third of it, and more than a twentieth of the strongest exchange, so that those of far
    /// neighbours, which are known to be small, are not among them.</summary>
    /// <param name="all">All couplings of the structure.</param>
    public static IReadOnlyList<SpinCoupling> Undetermined(IReadOnlyList<SpinCoupling> all)
    {
        ArgumentNullException.ThrowIfNull(all);
        double noticed = all.Count == 0 ? 0 : 0.05 * all.Max(static c => Math.Abs(c.Isotropic));
        return [.. all.Where(
            c => IsOpen(c.IsotropicDeviation, Math.Abs(c.Isotropic)) || IsOpen(c.AntisymmetricDeviation, c.AntisymmetricLength))];

        bool IsOpen(double? deviation, double value) => deviation > value / 3 && deviation > noticed;
    }

    private static double Length(double[] v, int i) =>
        Math.Sqrt(v[3 * i] * v[3 * i] + v[3 * i + 1] * v[3 * i + 1] + v[3 * i + 2] * v[3 * i + 2]);

    private static List<SpinCoupling> Around(
        FittedModel model, IReadOnlyList<LinearPotential> draws, Structure structure, NeighborList list, double[] spins, int field, int j,
        double range)
    {
        int first = list.Offsets[j], count = list.Offsets[j + 1] - first;
        // The atom itself, then its neighbours and their images, each an atom.
        int[] atoms = [j, .. list.Neighbors.Slice(first, count)];
        double[] own = [.. structure.Positions.Slice(3 * j, 3)], positions = new double[3 * atoms.Length];
        for (int k = 0; k < atoms.Length; k++)
        {
            ReadOnlySpan<double> from = k == 0 ? [0, 0, 0] : [list.X[first + k - 1], list.Y[first + k - 1], list.Z[first + k - 1]];
            for (int d = 0; d < 3; d++)
                positions[3 * k + d] = own[d] + from[d];
        }
        int[] species = Array.ConvertAll(atoms, k => structure.Species[k]);
        Structure cluster = Structure.Create(species, positions, null, Periodicity.None,
            model.Inputs.Select(key => KeyValuePair.Create(key, Rows(structure.AtomProperties[key], atoms))));
        double cutoff = model.Features.Cutoff;
        int[] centres = Enumerable.Range(0, atoms.Length).Where(k => k == 0 || list.Distances[first + k - 1] < cutoff).ToArray();
        using NeighborList pairs = NeighborList.Build(cluster, model.Cutoff);
        string key = model.Features.Fields[field].Key;
        double[] around = new double[3 * atoms.Length];
        for (int k = 0; k < atoms.Length; k++)
            spins.AsSpan(3 * atoms[k], 3).CopyTo(around.AsSpan(3 * k));
        double step = Step * Length(spins, j);
        double[] slopes = Slopes(model.Readout, Stencil);
        double[][] differences = [.. draws.Select(d => Slopes(d, Short))];
        List<SpinCoupling> found = [];
        for (int k = 1; k < atoms.Length; k++)
        {
            double both = Length(spins, j) * Length(spins, atoms[k]);
            if (both == 0 || list.Distances[first + k - 1] > range) continue;
            // A field is −∂E/∂v, and j stands first here: what it does to k, transposed.
            SpinCoupling coupling = new(
                j, atoms[k], list.Shifts[first + k - 1], [list.X[first + k - 1], list.Y[first + k - 1], list.Z[first + k - 1]],
                Tensor(slopes));
            if (differences.Length > 0)
            {
                SpinCoupling[] others = [.. differences.Select(d => coupling with { Tensor = Tensor(d) })];
                coupling = coupling with
                {
                    IsotropicDeviation = ModelSpread.Deviation(others.Select(static c => c.Isotropic)),
                    AntisymmetricDeviation = Math.Sqrt(3) * ModelSpread.Deviation(others.SelectMany(static c => c.Antisymmetric)),
                };
            }

            found.Add(coupling);

            double[] Tensor(double[] of) => [.. Enumerable.Range(0, 9).Select(t => both * of[9 * k + t])];
        }
        found.Sort(static (x, y) =>
            (x.Distance, x.Second, x.Shift.A, x.Shift.B, x.Shift.C).CompareTo((y.Distance, y.Second, y.Shift.A, y.Shift.B, y.Shift.C)));
        return found;

        // Changes of the fields on all with the spin j: [atom, xyz of j, xyz of the field].
        double[] Slopes(IReadout readout, double[] stencil)
        {
            double[] all = new double[9 * atoms.Length];
            for (int b = 0; b < 3; b++)
            {
                for (int s = 0; s < stencil.Length; s++)
                {
                    foreach (int sign in (ReadOnlySpan<int>)[1, -1])
                    {
                        double[] moved = [.. around];
                        moved[b] += sign * (s + 1) * step;
                        double[] fields = model.Features.Evaluate(
                            cluster.WithAtomProperty(key, PropertyArray.Real(moved, 3)), pairs, centres, readout).EffectiveFields[field];
                        for (int k = 0; k < atoms.Length; k++)
                        {
                            for (int a = 0; a < 3; a++)
                                all[9 * k + 3 * b + a] += sign * stencil[s] / step * fields[3 * k + a];
                        }
                    }
                }
            }

            return all;
        }
    }

    private static PropertyArray Rows(PropertyArray all, int[] atoms)
    {
        double[] from = all.ToReals();
        int width = all.Components;
        double[] rows = new double[width * atoms.Length];
        for (int k = 0; k < atoms.Length; k++)
            from.AsSpan(width * atoms[k], width).CopyTo(rows.AsSpan(width * k));
        return PropertyArray.Real(rows, width);
    }
}
