using System;
using System.Linq;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Electrostatics;

/// <summary>The energy of point charges and its derivatives.</summary>
/// <param name="Energy">½ Σ_i q_i V_i, e²/Å^p (for p = 1 times 14.3996455 eV Å/e² it is in eV).</param>
/// <param name="Potentials">V_i = Σ_j q_j/r_ij^p over all j and images but i itself: <c>[atom]</c>, e/Å^p. ∂E/∂q_i is the same
/// number.</param>
/// <param name="Forces">−∂E/∂r: <c>[atom, xyz]</c>, e²/Å^(p+1).</param>
/// <param name="Virial">−∂E/∂ε for a strain r → (1 + ε) r of atoms and cell: 3 × 3 row-major, e²/Å^p; stress = −virial/volume.</param>
/// <param name="CellGradient">∂E/∂(lattice vectors) with the atoms where they are: <c>[vector a b c, xyz]</c>, e²/Å^(p+1).</param>
public sealed record EwaldResult(double Energy, double[] Potentials, double[] Forces, double[] Virial, double[] CellGradient);

/// <summary>
/// Sums of 1/r^p over point charges and their periodic images, free, or repeated in one, two or three directions.
/// </summary>
/// <remarks>
/// Ewald's split of 1/r^p (<see cref="SmearedPower"/>): a part that falls like a Gaussian, over pairs, and a smooth one, over waves
/// (<see cref="WaveWeights"/>); p = 1 is Coulomb's law with metallic surroundings. Where d directions repeat and p ≤ d the sum exists
/// for neutral sets only. A set that is not neutral gets a uniform background in bulk for p &lt; 3; in slabs and wires its
/// potential keeps the dependence on position and loses its infinite constant; p = 3 in bulk is an error then.
/// </remarks>
public sealed unsafe class EwaldSum
{
    // A wave at a centre costs this many times less than a pair.
    private const double WaveCost = 0.3;

    // Charges that sum to less than this times their absolute sum are neutral.
    private const double Neutral = 1e-10;

    private readonly int _exponent;
    private readonly double _tolerance;
    private readonly double? _split;

    /// <summary>A sum.</summary>
    /// <param name="exponent">p, 1…6.</param>
    /// <param name="tolerance">Error that is aimed at, relative to the potential of single charges; 1e-15…0.1.</param>
    /// <param name="split">Width of the Gaussians where the sum is split, Å; null: chosen by cost. No result depends on it beyond the
    /// tolerance.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number out of its range.</exception>
    public EwaldSum(int exponent = 1, double tolerance = 1e-12, double? split = null)
    {
        _ = new SmearedPower(exponent, split ?? 1);
        if (!(tolerance >= 1e-15 && tolerance <= 0.1))
            throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "expected a relative error from 1e-15 to 0.1");
        _exponent = exponent;
        _tolerance = tolerance;
        _split = split;
    }

    /// <summary>Computes energy, potentials and derivatives.</summary>
    /// <param name="structure">Atoms and cell.</param>
    /// <param name="charges">q: <c>[atom]</c>, e.</param>
    /// <param name="threads">Threads to use; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">
    /// Another number of charges than atoms, one that is not finite, two atoms at the same place, or p = 3 in bulk with a net charge.
    /// </exception>
    public EwaldResult Compute(Structure structure, ReadOnlySpan<double> charges, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        int atoms = structure.Count, d = structure.Periodic.Dimensions;
        if (charges.Length != atoms)
            throw new ArgumentException($"{atoms} atoms have as many charges; got {charges.Length}", nameof(charges));
        double net = 0, all = 0;
        for (int i = 0; i < atoms; i++)
        {
            if (!double.IsFinite(charges[i]))
                throw new ArgumentException($"the charge of atom {i} is {charges[i]}; expected a finite number", nameof(charges));
            net += charges[i];
            all += Math.Abs(charges[i]);
        }
        if (d == 3 && _exponent == 3 && Math.Abs(net) > Neutral * all)
        {
            throw new ArgumentException(
                $"1/r³ of a net charge of {net:R} e in bulk diverges, and no uniform background takes that away", nameof(charges));
        }

        double[] q = charges.ToArray(), potential = new double[atoms], gradient = new double[3 * atoms], strain = new double[9];
        if (d == 0)
        {
            for (int i = 0; i < atoms; i++)
            {
                for (int j = 0; j < atoms; j++)
                {
                    if (j == i) continue;
                    ReadOnlySpan<double> r = structure.Positions;
                    double x = r[3 * j] - r[3 * i], y = r[3 * j + 1] - r[3 * i + 1], z = r[3 * j + 2] - r[3 * i + 2];
                    double distance = Apart(Math.Sqrt(x * x + y * y + z * z), i, j), value = Math.Pow(distance, -_exponent);
                    AddPair(i, j, x, y, z, distance, value, -_exponent / distance * value, q, potential, gradient, strain);
                }
            }

            return Result();
        }

        double reach = Math.Sqrt(-2 * Math.Log(0.01 * _tolerance));
        Cell lattice = structure.Cell!;
        (double measure, double thickness) = PotentialState.Extent(structure);
        double room = measure * Math.Pow(2 * thickness + 20, 3 - d), density = atoms / (measure * Math.Pow(thickness + 2, 3 - d));
        double split = _split ?? Math.Pow(WaveCost * room / (16 * Math.PI * Math.PI * Math.PI * density), 1.0 / 6);
        SmearedPower wide = new(_exponent, split);

        using (NeighborList pairs = NeighborList.Build(structure, reach * split, threads))
        {
            // Q(p/2, r²/2σ²) is smooth in r.
            double end = reach * split, gamma = IncompleteGamma.Gamma(0.5 * _exponent);
            PolynomialTable table = PolynomialTable.Build(1, [0, end], split, [1], 2e-14, (r, values) =>
                values[0] = IncompleteGamma.Upper(0.5 * _exponent, wide.Bound * r * r) / gamma);
            for (int i = 0; i < atoms; i++)
            {
                for (int pair = pairs.Offsets[i]; pair < pairs.Offsets[i + 1]; pair++)
                {
                    double r = Apart(pairs.Distances[pair], i, pairs.Neighbors[pair]), power = 1;
                    for (int k = 0; k < _exponent; k++)
                        power /= r;
                    (double value, double slope) = table.Both(r, 0);
                    AddPair(i, pairs.Neighbors[pair], pairs.X[pair], pairs.Y[pair], pairs.Z[pair], r, value * power,
                        power * (slope - _exponent / r * value), q, potential, gradient, strain);
                }
            }
        }

        WaveLattice waves = new(
            new WaveWeights(lattice, structure.Periodic, wide, wide.Mean(), reach / split, thickness, 0.01 * _tolerance));
        // With one harmonic, 4π R̃ Y_00 = 1 makes the field at the centres the potential there.
        PolynomialTable one = PolynomialTable.Build(1, [0, reach / split], reach / split, [1], 1e-12,
            (_, values) => values[0] = 1 / Math.Sqrt(4 * Math.PI));
        double[] positions = structure.Positions.ToArray(), waveGradient = new double[3 * atoms], unused = new double[atoms];
        WaveSum sum = new(new SumMemory(), waves, one, new SphericalHarmonics<double>(0), 1, 1, 1, positions, q, new int[atoms], threads);
        double[] back = new double[2 * waves.Count], channels = new double[waves.Count], half = q.Select(x => 0.5 * x).ToArray();
        using AlignedScratch<double> scratch = new(sum.Scratch);
        fixed (double* to = potential, a = half, g = waveGradient, b = back, c = channels)
        {
            for (int first = 0; first < atoms; first += 8)
            {
                int count = Math.Min(8, atoms - first);
                sum.Forward(positions, first, count, to + first, scratch.Start);
                sum.Backward(positions, first, count, a + first, g, b, c, scratch.Start);
            }
        }

        sum.Sources(positions, q, new int[atoms], back, waveGradient, unused, threads);
        sum.Strain(channels, waveGradient, positions, strain);
        Vectors.AddScaled(1, waveGradient, gradient);
        double own = wide.Value(0);
        for (int i = 0; i < atoms; i++)
            potential[i] -= q[i] * own;
        return Result();

        EwaldResult Result()
        {
            double energy = 0;
            for (int i = 0; i < atoms; i++)
                energy += 0.5 * q[i] * potential[i];
            PotentialDerivatives derivatives = PotentialState.Derivatives(structure, gradient, [], strain);
            return new EwaldResult(energy, potential, derivatives.Forces, derivatives.Virial, derivatives.CellGradient);
        }
    }

    /// <summary>One direction of a pair: half its energy.</summary>
    private static void AddPair(
        int i, int j, double x, double y, double z, double r, double value, double slope,
        double[] q, double[] potential, double[] gradient, double[] strain)
    {
        potential[i] += q[j] * value;
        double f = 0.5 * q[i] * q[j] * slope / r;
        ReadOnlySpan<double> d = [x, y, z];
        for (int a = 0; a < 3; a++)
        {
            gradient[3 * j + a] += f * d[a];
            gradient[3 * i + a] -= f * d[a];
            for (int b = 0; b < 3; b++)
                strain[3 * a + b] += f * d[a] * d[b];
        }
    }

    private static double Apart(double distance, int i, int j) => distance > 1e-6
        ? distance
        : throw new ArgumentException($"atoms {i} and {j} are at the same place; the energy of their charges is infinite");
}
