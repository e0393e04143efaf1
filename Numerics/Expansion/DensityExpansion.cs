using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// The neighbour density around each atom on radial functions and real spherical harmonics:
/// c_{a n l m} = Σ_j f(r_ij) g_nl(r_ij) Y_lm(r̂_ij), j over the neighbours of species a; beside it any number of vector
/// fields, each neighbour's contribution times its vector.
/// </summary>
/// <remarks>
/// Pairs are taken in blocks of eight of one species: harmonics with one pair per lane, radial functions with eight n
/// per lane, and then, for each (l, m), eight multiply-adds into one register of coefficients with the harmonics
/// broadcast. Coefficients lie as <c>[lm, column, n padded to 8]</c>, l slowest, m = −l … l; the first columns are the
/// groups of the density, then come three (y, z, x) for each group of each vector field.
/// </remarks>
public sealed partial class DensityExpansion
{
    /// <summary>The species label of the centre's own channels under <see cref="CentrePolicy.Separate"/>.</summary>
    public const int CentreLabel = -1;

    private const int Lanes = EnvironmentScratch.Lanes;

    private readonly RadialTable _radial;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly int[] _species;
    private readonly int[] _labels;
    private readonly double[] _own;
    private readonly FieldColumns[] _fields;

    /// <summary>Sets up the expansion.</summary>
    /// <param name="radial">Radial functions with their cutoff and lmax.</param>
    /// <param name="species">The neighbour species that have channels, atomic numbers; sorted and freed of repeats.</param>
    /// <param name="centre">What the central atom adds to the density.</param>
    /// <param name="fields">Vector fields to expand beside the density, of different names.</param>
    /// <exception cref="ArgumentException">No species; or two fields of one name.</exception>
    public DensityExpansion(
        RadialTable radial,
        IEnumerable<int> species,
        CentrePolicy centre = CentrePolicy.Include,
        IEnumerable<VectorField>? fields = null)
    {
        ArgumentNullException.ThrowIfNull(radial);
        _radial = radial;
        _harmonics = new SphericalHarmonics<double>(radial.LMax);
        _species = species.Distinct().Order().ToArray();
        if (_species.Length == 0) throw new ArgumentException("expected at least one neighbour species", nameof(species));
        Centre = centre;
        _labels = centre == CentrePolicy.Separate ? [CentreLabel, .. _species] : _species;
        Fields = fields?.ToArray() ?? [];
        if (Fields.DistinctBy(static f => f.Name).Count() != Fields.Count)
            throw new ArgumentException("two vector fields have the same name", nameof(fields));
        _fields = new FieldColumns[Fields.Count];
        ColumnCount = _labels.Length;
        for (int f = 0; f < _fields.Length; f++)
        {
            _fields[f] = new FieldColumns(Fields[f], ColumnCount, _labels);
            ColumnCount += _fields[f].Count;
        }
        double[] values = new double[(LMax + 1) * NMax], derivatives = new double[values.Length];
        radial.Evaluate(0, values, derivatives);
        // At the centre itself only l = 0 is there, and Y_00 = 1/√(4π).
        _own = values[..NMax].Select(g => g / Math.Sqrt(4 * Math.PI)).ToArray();
    }

    /// <summary>The largest l.</summary>
    public int LMax => _radial.LMax;

    /// <summary>Radial functions per species.</summary>
    public int NMax => _radial.NMax;

    /// <summary>The cutoff radius, Å.</summary>
    public double Cutoff => _radial.Cutoff.Radius;

    /// <summary>The radial functions.</summary>
    public RadialTable Radial => _radial;

    /// <summary>What the central atom adds.</summary>
    public CentrePolicy Centre { get; }

    /// <summary>Neighbour species with channels, increasing atomic numbers.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>Species label of each group of channels: <see cref="Species"/>, after the centre's own where it has one.</summary>
    public ReadOnlySpan<int> Groups => _labels;

    /// <summary>The vector fields that are expanded beside the density.</summary>
    public IReadOnlyList<VectorField> Fields { get; }

    /// <summary>Species label of each group of channels of a vector field; the centre's own, where it has one, first.</summary>
    public ReadOnlySpan<int> FieldGroups(int field) => _fields[field].Labels;

    /// <summary>Channels (group, n) of a coefficient of the density.</summary>
    public int ChannelCount => _labels.Length * NMax;

    /// <summary>n padded to whole vectors.</summary>
    internal int GroupStride => _radial.Stride;

    /// <summary>Columns of n: the density's groups, and three for each group of each vector field.</summary>
    internal int ColumnCount { get; }

    /// <summary>Doubles per (l, m): all columns.</summary>
    internal int Width => ColumnCount * GroupStride;

    /// <summary>Doubles per (l, m) of the density, which come first.</summary>
    internal int DensityWidth => _labels.Length * GroupStride;

    /// <summary>Where a vector field's columns are.</summary>
    internal FieldColumns Columns(int field) => _fields[field];

    internal EnvironmentScratch CreateScratch() => new(LMax, GroupStride, Width, _fields.Length);

    /// <summary>Coefficients of the density around every atom of a structure.</summary>
    /// <returns><c>[atom, lm, channel]</c>, channel = group · nmax + n.</returns>
    public unsafe double[] Compute(Structure structure)
    {
        Surroundings around = Around(structure, 1);
        int lm = (LMax + 1) * (LMax + 1), channels = ChannelCount;
        double[] result = new double[structure.Count * lm * channels];
        using EnvironmentScratch scratch = CreateScratch();
        for (int i = 0; i < structure.Count; i++)
        {
            Expand(around, i, scratch);
            for (int k = 0; k < lm; k++)
                for (int g = 0; g < _labels.Length; g++)
                    new ReadOnlySpan<double>(scratch.Coefficients + k * Width + g * GroupStride, NMax)
                        .CopyTo(result.AsSpan((i * lm + k) * channels + g * NMax));
        }
        return result;
    }

    /// <summary>The pairs within the cutoff, checked.</summary>
    /// <exception cref="CoincidentAtomsException">A pair at distance zero.</exception>
    internal NeighborList Neighbors(Structure structure, int threads)
    {
        NeighborList list = NeighborList.Build(structure, Cutoff, threads);
        int pair = list.Distances.IndexOf(0.0);
        if (pair < 0) return list;
        int centre = 0;
        while (list.Offsets[centre + 1] <= pair) centre++;
        throw new CoincidentAtomsException(centre, list.Neighbors[pair]);
    }

    /// <summary>The group of channels of each atom.</summary>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    internal int[] GroupsOf(Structure structure)
    {
        int[] groups = new int[structure.Count];
        for (int i = 0; i < groups.Length; i++)
        {
            int found = Array.BinarySearch(_species, structure.Species[i]);
            if (found < 0)
                throw new ArgumentException($"atom {i} is {Elements.Symbol(structure.Species[i])}; expected one of "
                    + string.Join(", ", _species.Select(Elements.Symbol)));
            groups[i] = found + (_labels.Length - _species.Length);
        }
        return groups;
    }

    /// <summary>Sorts the pairs of one centre into blocks of one group each.</summary>
    internal void Gather(NeighborList list, int[] groups, int centre, EnvironmentScratch scratch)
    {
        int first = list.Offsets[centre], end = list.Offsets[centre + 1];
        ReadOnlySpan<int> neighbors = list.Neighbors;
        Span<int> count = stackalloc int[_labels.Length], next = stackalloc int[_labels.Length];
        count.Clear();
        for (int p = first; p < end; p++)
            count[groups[neighbors[p]]]++;
        int blocks = 0;
        for (int g = 0; g < count.Length; g++)
        {
            next[g] = blocks * Lanes;
            blocks += (count[g] + Lanes - 1) / Lanes;
        }
        scratch.Reserve(blocks);
        scratch.Blocks = blocks;
        for (int g = 0, block = 0; g < count.Length; g++)
        {
            for (; block * Lanes < next[g] + count[g]; block++)
            {
                scratch.Group[block] = g;
                scratch.Used[block] = Math.Min(Lanes, next[g] + count[g] - block * Lanes);
            }
            for (int k = next[g] + count[g]; k < block * Lanes; k++)
            {
                scratch.Pair[k] = EnvironmentScratch.NoPair;
                (scratch.X[k], scratch.Y[k], scratch.Z[k], scratch.R[k]) = (0, 0, Cutoff, Cutoff);
            }
        }
        ReadOnlySpan<double> x = list.X, y = list.Y, z = list.Z, r = list.Distances;
        for (int p = first; p < end; p++)
        {
            int k = next[groups[neighbors[p]]]++;
            scratch.Pair[k] = p;
            (scratch.X[k], scratch.Y[k], scratch.Z[k], scratch.R[k]) = (x[p], y[p], z[p], r[p]);
        }
    }

    /// <summary>Fills <see cref="EnvironmentScratch.Coefficients"/> from the gathered pairs; there are no vector fields.</summary>
    private unsafe void Forward(EnvironmentScratch scratch, int centreGroup)
    {
        int stride = GroupStride, width = Width, lmax = LMax;
        int row = (lmax + 1) * stride;
        new Span<double>(scratch.Coefficients, (lmax + 1) * (lmax + 1) * width).Clear();
        if (Centre != CentrePolicy.Exclude)
        {
            int group = Centre == CentrePolicy.Separate ? 0 : centreGroup;
            _own.CopyTo(new Span<double>(scratch.Coefficients + group * stride, NMax));
        }
        for (int block = 0; block < scratch.Blocks; block++)
        {
            fixed (double* x = &scratch.X[block * Lanes], y = &scratch.Y[block * Lanes], z = &scratch.Z[block * Lanes])
                _harmonics.Block(x, y, z, scratch.Harmonics);
            fixed (double* r = &scratch.R[block * Lanes])
                _radial.Evaluate(r, scratch.Used[block], scratch.Radial);
            for (int n = 0; n < stride; n += 8)
            {
                double* c = scratch.Coefficients + scratch.Group[block] * stride + n;
                double* harmonics = scratch.Harmonics;
                for (int l = 0; l <= lmax; l++)
                {
                    double* g = scratch.Radial + l * stride + n;
                    Vector512<double> g0 = Vector512.Load(g), g1 = Vector512.Load(g + row);
                    Vector512<double> g2 = Vector512.Load(g + 2 * row), g3 = Vector512.Load(g + 3 * row);
                    Vector512<double> g4 = Vector512.Load(g + 4 * row), g5 = Vector512.Load(g + 5 * row);
                    Vector512<double> g6 = Vector512.Load(g + 6 * row), g7 = Vector512.Load(g + 7 * row);
                    for (int m = -l; m <= l; m++)
                    {
                        // Two chains, so that a multiply-add does not wait for the one before it.
                        Vector512<double> even = Vector512.Load(c), odd = g1 * Vector512.Create(harmonics[1]);
                        even = Vector512.MultiplyAddEstimate(g0, Vector512.Create(harmonics[0]), even);
                        odd = Vector512.MultiplyAddEstimate(g3, Vector512.Create(harmonics[3]), odd);
                        even = Vector512.MultiplyAddEstimate(g2, Vector512.Create(harmonics[2]), even);
                        odd = Vector512.MultiplyAddEstimate(g5, Vector512.Create(harmonics[5]), odd);
                        even = Vector512.MultiplyAddEstimate(g4, Vector512.Create(harmonics[4]), even);
                        odd = Vector512.MultiplyAddEstimate(g7, Vector512.Create(harmonics[7]), odd);
                        even = Vector512.MultiplyAddEstimate(g6, Vector512.Create(harmonics[6]), even);
                        Vector512.Store(even + odd, c);
                        harmonics += Lanes;
                        c += width;
                    }
                }
            }
        }
    }

    /// <summary>Harmonics, radial functions and the derivatives of both for one block.</summary>
    internal unsafe void Differentiate(EnvironmentScratch scratch, int block)
    {
        fixed (double* x = &scratch.X[block * Lanes], y = &scratch.Y[block * Lanes], z = &scratch.Z[block * Lanes])
            _harmonics.Block(x, y, z, scratch.Harmonics, scratch.HarmonicsGradients);
        fixed (double* r = &scratch.R[block * Lanes])
            _radial.Evaluate(r, scratch.Used[block], scratch.Radial, scratch.RadialDerivatives);
    }

    /// <summary>
    /// ∂c of the block's group along one Cartesian direction of one pair's vector, into
    /// <see cref="EnvironmentScratch.Tangent"/>, after <see cref="Differentiate"/>:
    /// (f g)' u_d Y_lm + f g ∂_d Y_lm with u = r/|r|.
    /// </summary>
    internal unsafe void Tangent(EnvironmentScratch scratch, int block, int lane, int direction)
    {
        int stride = GroupStride, lm = (LMax + 1) * (LMax + 1), k = block * Lanes + lane;
        double component = direction switch { 0 => scratch.X[k], 1 => scratch.Y[k], _ => scratch.Z[k] };
        double u = component / scratch.R[k];
        double* harmonics = scratch.Harmonics + lane;
        double* gradients = scratch.HarmonicsGradients + direction * lm * Lanes + lane;
        double* tangent = scratch.Tangent;
        for (int l = 0; l <= LMax; l++)
        {
            double* g = scratch.Radial + (lane * (LMax + 1) + l) * stride;
            double* d = scratch.RadialDerivatives + (lane * (LMax + 1) + l) * stride;
            for (int m = -l; m <= l; m++, harmonics += Lanes, gradients += Lanes, tangent += stride)
            {
                Vector512<double> radial = Vector512.Create(u * *harmonics), angular = Vector512.Create(*gradients);
                for (int n = 0; n < stride; n += 8)
                    Vector512.Store(Vector512.MultiplyAddEstimate(
                        radial, Vector512.Load(d + n), angular * Vector512.Load(g + n)), tangent + n);
            }
        }
    }

    /// <summary>
    /// The vector–Jacobian product: from <see cref="EnvironmentScratch.Adjoint"/> = dE/dc to dE/dr of each gathered pair.
    /// </summary>
    /// <param name="scratch">The environment after <see cref="Gather"/>; its harmonics and radial values are overwritten.</param>
    /// <param name="gradients">Receives dE/d(x, y, z) at <c>[pair of the neighbour list, xyz]</c>.</param>
    private unsafe void Backward(EnvironmentScratch scratch, Span<double> gradients)
    {
        int stride = GroupStride, width = Width, lm = (LMax + 1) * (LMax + 1);
        for (int block = 0; block < scratch.Blocks; block++)
        {
            Differentiate(scratch, block);
            for (int p = 0; p < Lanes; p++)
            {
                int k = block * Lanes + p, pair = scratch.Pair[k];
                if (pair == EnvironmentScratch.NoPair) break;
                Vector512<double> sr = default, sx = default, sy = default, sz = default;
                for (int n = 0; n < stride; n += 8)
                {
                    double* adjoint = scratch.Adjoint + scratch.Group[block] * stride + n;
                    double* y = scratch.Harmonics + p;
                    double* dx = scratch.HarmonicsGradients + p, dy = dx + lm * Lanes, dz = dy + lm * Lanes;
                    for (int l = 0; l <= LMax; l++)
                    {
                        Vector512<double> ar = default, ax = default, ay = default, az = default;
                        for (int m = -l; m <= l; m++)
                        {
                            Vector512<double> a = Vector512.Load(adjoint);
                            ar = Vector512.MultiplyAddEstimate(a, Vector512.Create(*y), ar);
                            ax = Vector512.MultiplyAddEstimate(a, Vector512.Create(*dx), ax);
                            ay = Vector512.MultiplyAddEstimate(a, Vector512.Create(*dy), ay);
                            az = Vector512.MultiplyAddEstimate(a, Vector512.Create(*dz), az);
                            adjoint += width;
                            y += Lanes;
                            dx += Lanes;
                            dy += Lanes;
                            dz += Lanes;
                        }
                        int at = (p * (LMax + 1) + l) * stride + n;
                        Vector512<double> g = Vector512.Load(scratch.Radial + at);
                        sr = Vector512.MultiplyAddEstimate(ar, Vector512.Load(scratch.RadialDerivatives + at), sr);
                        sx = Vector512.MultiplyAddEstimate(ax, g, sx);
                        sy = Vector512.MultiplyAddEstimate(ay, g, sy);
                        sz = Vector512.MultiplyAddEstimate(az, g, sz);
                    }
                }
                double along = Vector512.Sum(sr) / scratch.R[k];
                gradients[3 * pair] = along * scratch.X[k] + Vector512.Sum(sx);
                gradients[3 * pair + 1] = along * scratch.Y[k] + Vector512.Sum(sy);
                gradients[3 * pair + 2] = along * scratch.Z[k] + Vector512.Sum(sz);
            }
        }
    }
}
