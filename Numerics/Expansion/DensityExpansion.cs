using System;
using System.Collections.Generic;
using System.Linq;
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
/// Coefficients lie as <c>[lm, column, n padded to 8]</c>, l slowest, m = −l … l; the first columns are the groups of the
/// density, then come three (y, z, x) for each group of each vector field, and, where species are mixed, the species before
/// they are.
/// </remarks>
public sealed partial class DensityExpansion
{
    /// <summary>The species label of the centre's own channels under <see cref="CentrePolicy.Separate"/>.</summary>
    public const int CentreLabel = -1;

    /// <summary>Atoms closer than this, Å, less than the radius of a nucleus, are at the same place: what rounding leaves between an
    /// atom and its repetition by a lattice vector is no direction.</summary>
    public const double SmallestDistance = 1e-6;

    private const int Lanes = EnvironmentScratch.Lanes;

    private readonly RadialTable _radial;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly Lazy<SphericalHarmonics<float>> _single;
    private readonly ExpansionCode? _code;
    private readonly int[] _species;
    private readonly int[] _labels;

    // The groups of pairs: the centre's own, where it has one, and the species; without mixing they are those of channels.
    private readonly int[] _kinds;
    private readonly double[] _own;
    private readonly FieldColumns[] _fields;

    /// <summary>Sets up the expansion.</summary>
    /// <param name="radial">Radial functions with their cutoff and lmax.</param>
    /// <param name="species">The neighbour species that have channels, atomic numbers; sorted and freed of repeats.</param>
    /// <param name="centre">What the central atom adds to the density.</param>
    /// <param name="fields">Vector fields to expand beside the density, of different names.</param>
    /// <param name="mixing">Pseudo-species to mix the density's species to; it has all of them. Vector fields are not mixed.</param>
    /// <exception cref="ArgumentException">No species; two fields of one name; a species that the mixing has not.</exception>
    public DensityExpansion(
        RadialTable radial,
        IEnumerable<int> species,
        CentrePolicy centre = CentrePolicy.Include,
        IEnumerable<VectorField>? fields = null,
        SpeciesMixing? mixing = null)
    {
        ArgumentNullException.ThrowIfNull(radial);
        _radial = radial;
        _harmonics = new SphericalHarmonics<double>(radial.LMax);
        _single = new Lazy<SphericalHarmonics<float>>(() => new SphericalHarmonics<float>(radial.LMax));
        _code = ExpansionCode.Get(radial.LMax, radial.Stride);
        _species = species.Distinct().Order().ToArray();
        if (_species.Length == 0) throw new ArgumentException("expected at least one neighbour species", nameof(species));
        Centre = centre;
        _kinds = centre == CentrePolicy.Separate ? [CentreLabel, .. _species] : _species;
        Mixing = mixing;
        _labels = mixing is null ? _kinds
            : centre == CentrePolicy.Separate ? [CentreLabel, .. Enumerable.Range(0, mixing.PseudoCount)]
            : Enumerable.Range(0, mixing.PseudoCount).ToArray();
        Fields = fields?.ToArray() ?? [];
        if (Fields.DistinctBy(static f => f.Name).Count() != Fields.Count)
            throw new ArgumentException("two vector fields have the same name", nameof(fields));
        _fields = new FieldColumns[Fields.Count];
        ColumnCount = _labels.Length;
        for (int f = 0; f < _fields.Length; f++)
        {
            _fields[f] = new FieldColumns(Fields[f], ColumnCount, _kinds);
            ColumnCount += _fields[f].Count;
        }
        if (mixing is not null)
        {
            _mixingPlaces = Places(mixing, _species);
            _firstUnmixed = ColumnCount;
            ColumnCount += _species.Length;
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

    /// <summary>How species are mixed to pseudo-species; null: not at all.</summary>
    public SpeciesMixing? Mixing { get; }

    /// <summary>Species label of each group of channels: <see cref="Species"/>, or with <see cref="Mixing"/> the numbers of the
    /// pseudo-species from 0 on; after the centre's own where it has one.</summary>
    public ReadOnlySpan<int> Groups => _labels;

    /// <summary>The vector fields that are expanded beside the density.</summary>
    public IReadOnlyList<VectorField> Fields { get; }

    /// <summary>Species label of each group of channels of a vector field; the centre's own, where it has one, first.</summary>
    public ReadOnlySpan<int> FieldGroups(int field) => _fields[field].Labels;

    /// <summary>Channels (group, n) of a coefficient of the density.</summary>
    public int ChannelCount => _labels.Length * NMax;

    /// <summary>n padded to whole vectors.</summary>
    internal int GroupStride => _radial.Stride;

    /// <summary>Columns of n: the density's groups, three for each group of each vector field, and with mixing the species.</summary>
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
            Expand<double>(around, i, scratch);
            for (int k = 0; k < lm; k++)
            {
                for (int g = 0; g < _labels.Length; g++)
                {
                    new ReadOnlySpan<double>(scratch.Coefficients + k * Width + g * GroupStride, NMax)
                        .CopyTo(result.AsSpan((i * lm + k) * channels + g * NMax));
                }
            }
        }
        around.Pairs.Dispose();
        return result;
    }

    /// <summary>The pairs within the cutoff, out of those that are given or found, checked.</summary>
    /// <exception cref="CoincidentAtomsException">A pair closer than <see cref="SmallestDistance"/>.</exception>
    internal NeighborList Neighbors(Structure structure, int threads, NeighborList? given = null)
    {
        NeighborList list = given is null ? NeighborList.Build(structure, Cutoff, threads) : given.Within(Cutoff);
        RequireApart(list);
        return list;
    }

    /// <summary>Refuses atoms at the same place.</summary>
    /// <exception cref="CoincidentAtomsException">A pair closer than <see cref="SmallestDistance"/>.</exception>
    internal static void RequireApart(NeighborList list)
    {
        int pair = list.FirstWithin(SmallestDistance);
        if (pair < 0) return;
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
            {
                throw new ArgumentException($"atom {i} is {Elements.Symbol(structure.Species[i])}; expected one of "
                    + string.Join(", ", _species.Select(Elements.Symbol)));
            }

            groups[i] = found + (_kinds.Length - _species.Length);
        }
        return groups;
    }
}
