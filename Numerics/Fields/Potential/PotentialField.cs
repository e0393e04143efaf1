using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The potential of smeared charges around each atom, in radial functions and spherical harmonics (long-distance equivariants:
/// A. Grisafi, M. Ceriotti, J. Chem. Phys. 151, 204105, 2019):
/// V_{a n l m}(i) = ∫ R_nl(r) Y_lm(r̂) V_a(r_i + r) d³r over the basis's own range, V_a(r) = Σ_{j of species a} q_j V_p(|r − r_j|) over all
/// periodic images, V_p as in <see cref="SmearedPower"/>. No cutoff function multiplies it.
/// </summary>
/// <remarks>
/// 1. By the addition theorem one source adds U_nl(d) Y_lm(d̂): clusters are sums over pairs.
/// 2. Where a structure repeats, the potential is split as Ewald did: that of charges minus that of wider ones is short-ranged, a sum over
///    pairs; that of the wider ones is smooth, a sum over few waves. The width is chosen by cost, the cutoffs from the
///    tolerance: what they leave out is, for sources at random, a tenth of it in the root mean square of each l.
/// 3. k = 0 and its like in slabs and wires: see <see cref="WaveWeights"/>.
/// </remarks>
public sealed partial class PotentialField
{
    // The potential has no waves beyond, in float64: exp(−8.6²/2) = 9e-17.
    private const double LastWave = 8.6;

    // Waves below do not count for the size of a field that errors are measured in: charges screen each other, 1/Å.
    private const double Screened = 0.5;

    private const double Share = 0.1;

    // What the radial functions reach, over the width of charges: tables grow with its square.
    private const double MostWidths = 200;

    // e: more is a mistake of units, and products of several such fields would leave float64.
    private const double LargestCharge = 1e6;

    private readonly int[] _species;
    private readonly SmearedPower _power;
    private readonly RadialTransform _transform;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly double[] _waves, _waveWeights, _waveRadial, _sizes;
    private readonly object _lock = new();
    private readonly ConcurrentBag<SumMemory> _memories = [];
    private readonly Dictionary<(double Width, double From), SplitTables> _splits = [];
    private readonly Dictionary<double, double[]> _sizesFrom = [];
    private readonly Dictionary<(double Width, int Order, double From), double> _spacings = [];
    private PolynomialTable? _waveTable, _pairTable;
    private PairFunctions? _inner;

    /// <summary>A field.</summary>
    /// <param name="settings">What it is.</param>
    /// <param name="basis">R_nl.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="species">The atomic numbers that have channels, increasing.</param>
    /// <exception cref="ArgumentException">A setting out of its range, or species that are not increasing.</exception>
    public PotentialField(PotentialSettings settings, RadialBasis basis, int lmax, ReadOnlySpan<int> species)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(basis);
        settings.Require();
        if (lmax < 0 || lmax > basis.LMax)
            throw new ArgumentOutOfRangeException(nameof(lmax), lmax, $"expected 0 … {basis.LMax}, what the radial basis has");
        if (species.Length == 0) throw new ArgumentException("there is no species", nameof(species));
        for (int a = 1; a < species.Length; a++)
        {
            if (species[a] <= species[a - 1])
            {
                throw new ArgumentException(
                    $"species {species[a]} follows {species[a - 1]}; expected them in increasing order", nameof(species));
            }
        }

        if (basis.Extent > MostWidths * settings.Width)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"charges smeared by {settings.Width:G3} Å are points to radial functions that reach {basis.Extent:G3} Å; expected a width of at least {basis.Extent / MostWidths:G2} Å"), nameof(settings));
        }

        Settings = settings;
        Basis = basis;
        LMax = lmax;
        _species = species.ToArray();
        _power = new SmearedPower(settings.Exponent, settings.Width);
        _transform = new RadialTransform(basis, lmax, LastWave / settings.Width);
        _harmonics = new SphericalHarmonics<double>(lmax);

        (_waves, _waveWeights) = GaussLegendre.Chain(16,
            GaussLegendre.Split(0, _transform.Largest, Math.Min(0.5 / settings.Width, 6 / _transform.Reach)));
        _waveRadial = new double[_waves.Length * Channels];
        for (int q = 0; q < _waves.Length; q++)
            _transform.Evaluate(_waves[q], _waveRadial.AsSpan(q * Channels, Channels));
        _sizes = WaveSizes(_power, Screened);
    }

    /// <summary>The definition.</summary>
    public PotentialSettings Settings { get; }

    /// <summary>R_nl.</summary>
    public RadialBasis Basis { get; }

    /// <summary>The largest l.</summary>
    public int LMax { get; }

    /// <summary>The atomic numbers that have channels, increasing.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>Channels of each (l, m): species, then n, n fastest; the centre's own first, where it is separate.</summary>
    public int ChannelCount => FirstChannel + _species.Length * Basis.NMax;

    /// <summary>The label of each group of channels: a species, or <see cref="DensityExpansion.CentreLabel"/> for the centre's
    /// own.</summary>
    internal int[] Groups => FirstChannel > 0 ? [DensityExpansion.CentreLabel, .. _species] : _species;

    /// <summary>The first channel of species: what is before is the centre's own.</summary>
    internal int FirstChannel => Settings.OwnCharge == OwnCharge.Separate ? Basis.NMax : 0;

    /// <summary>Numbers per centre: (lmax + 1)² times <see cref="ChannelCount"/>.</summary>
    public int ValuesPerCentre => (LMax + 1) * (LMax + 1) * ChannelCount;

    /// <summary>Pairs (l, n).</summary>
    private int Channels => (LMax + 1) * Basis.NMax;

    /// <summary>Prepares the sums of one structure.</summary>
    /// <param name="structure">Atoms, cell and charges.</param>
    /// <param name="threads">Threads to use, here and in what is called with the result; no number depends on it.</param>
    /// <exception cref="ArgumentException">
    /// A species without channels, charges that are missing or not finite, a singular cell, or an evaluator that cannot treat this
    /// periodicity.
    /// </exception>
    public PotentialState Begin(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        int[] kinds = new int[structure.Count];
        for (int i = 0; i < kinds.Length; i++)
        {
            kinds[i] = Array.BinarySearch(_species, structure.Species[i]);
            if (kinds[i] < 0)
            {
                throw new ArgumentException(
                    $"atom {i} is of species {structure.Species[i]}, which has no channels; there are {string.Join(", ", _species)}",
                        nameof(structure));
            }
        }
        return new PotentialState(this, structure, Charges(structure), kinds, threads);
    }

    /// <summary>The values of all atoms of a structure.</summary>
    /// <param name="structure">Atoms, cell and charges.</param>
    /// <param name="threads">Threads to use; the result does not depend on it.</param>
    /// <returns><c>[atom, lm, (species, n)]</c>, lm = l² + l + m; e/Å^(p − 3/2).</returns>
    /// <exception cref="ArgumentException">As for <see cref="Begin"/>.</exception>
    public double[] Compute(Structure structure, int threads = 1)
    {
        double[] values = new double[checked(structure.Count * ValuesPerCentre)];
        using PotentialState state = Begin(structure, threads);
        state.Forward(0, structure.Count, values);
        return values;
    }

    /// <summary>Working memory that no structure is using.</summary>
    internal SumMemory Memory()
    {
        if (!_memories.TryTake(out SumMemory? memory)) return new SumMemory();
        memory.Reset();
        return memory;
    }

    /// <summary>Takes memory back: as much is kept as structures were at work at once.</summary>
    internal void Return(SumMemory memory) => _memories.Add(memory);

    /// <summary>Lets go of the working memory that is kept for the next structure.</summary>
    public void Release() => _memories.Clear();

    private double[] Charges(Structure structure)
    {
        double[] charges = new double[structure.Count];
        if (Settings.ChargeKey is { } key)
        {
            if (!structure.AtomProperties.TryGetValue(key, out PropertyArray? array))
            {
                throw new UnfitStructureException(
                    $"no atom property '{key}'{(structure.AtomProperties.Count == 0 ? "" : $" (there are {string.Join(", ", structure.AtomProperties.Keys)})")}",
                    "charges under this key, one number per atom");
            }

            if (array.Components != 1 || array.Kind is not (PropertyKind.Real or PropertyKind.Integer))
                throw new UnfitStructureException($"the atom property '{key}' that is {array}", "charges, one real number per atom");
            charges = array.ToReals();
        }
        else if (Settings.SpeciesCharges is { } bySpecies)
        {
            for (int i = 0; i < charges.Length; i++)
            {
                if (!bySpecies.TryGetValue(structure.Species[i], out charges[i]))
                {
                    throw new UnfitStructureException(
                        $"{Elements.Symbol(structure.Species[i])} without a charge", "a charge for each species");
                }
            }
        }
        else
        {
            Array.Fill(charges, 1);
        }

        for (int i = 0; i < charges.Length; i++)
        {
            if (!(Math.Abs(charges[i]) <= LargestCharge))
            {
                throw new UnfitStructureException(
                    FormattableString.Invariant($"the charge {charges[i]} of atom {i + 1}"),
                        FormattableString.Invariant($"a number of at most {LargestCharge:F0} e"));
            }
        }

        return charges;
    }
}
