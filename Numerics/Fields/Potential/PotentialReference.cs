using System;
using System.Collections.Generic;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The potential field as its definition says, for checking everything else: the potential at points of a spherical grid round the
/// centre, each an Ewald sum of its own, times R_nl Y_lm. Slow.
/// </summary>
/// <remarks>
/// It shares with <see cref="PotentialField"/> the closed forms of V_p and of its transform, and the wave vectors of slabs and wires, but
/// no table, no cutoff and no addition theorem.
/// </remarks>
public static class PotentialReference
{
    /// <summary>V_{a n l m} of one centre.</summary>
    /// <param name="settings">The definition; tolerance, split and evaluator are not read.</param>
    /// <param name="basis">R_nl.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="species">The atomic numbers that have channels.</param>
    /// <param name="structure">Atoms and cell.</param>
    /// <param name="charges">q: <c>[atom]</c>.</param>
    /// <param name="centre">The atom whose surroundings are wanted.</param>
    /// <param name="split">The width at which the sums are split, Å, above that of the charges.</param>
    /// <param name="radial">Points along the radius.</param>
    /// <param name="polar">Points along cos θ; twice as many along φ.</param>
    /// <returns><c>[lm, (species, n)]</c>; without the channels of a separate own charge.</returns>
    public static double[] Compute(
        PotentialSettings settings, RadialBasis basis, int lmax, ReadOnlySpan<int> species, Structure structure,
            ReadOnlySpan<double> charges,
        int centre, double split, int radial, int polar)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(basis);
        ArgumentNullException.ThrowIfNull(structure);
        settings.Require();
        int channels = species.Length * basis.NMax, lm = (lmax + 1) * (lmax + 1);
        double[] result = new double[lm * channels], value = new double[(lmax + 1) * basis.NMax], first = new double[value.Length];
        double[] second = new double[value.Length], potential = new double[species.Length], harmonics = new double[lm];
        SphericalHarmonics<double> functions = new(lmax);
        Points sources = new(settings, structure, charges, species, centre, split, basis.Extent);
        (double[] rs, double[] rw) = GaussLegendre.Chain(radial, [0, basis.Extent]);
        (double[] cs, double[] cw) = GaussLegendre.Rule(polar);
        ReadOnlySpan<double> at = structure.Positions.Slice(3 * centre, 3);
        for (int a = 0; a < rs.Length; a++)
        {
            basis.Evaluate(rs[a], lmax, value, first, second);
            for (int b = 0; b < cs.Length; b++)
            {
                for (int c = 0; c < 2 * polar; c++)
                {
                    double sine = Math.Sqrt(1 - cs[b] * cs[b]), phi = Math.PI * (c + 0.5) / polar;
                    double x = sine * Math.Cos(phi), y = sine * Math.Sin(phi), z = cs[b];
                    functions.Compute([x], [y], [z], harmonics);
                    sources.Evaluate(at[0] + rs[a] * x, at[1] + rs[a] * y, at[2] + rs[a] * z, potential);
                    double weight = rw[a] * rs[a] * rs[a] * cw[b] * Math.PI / polar;
                    for (int l = 0, m = 0; l <= lmax; l++)
                    {
                        for (; m < (l + 1) * (l + 1); m++)
                        {
                            for (int s = 0; s < species.Length; s++)
                            {
                                for (int n = 0; n < basis.NMax; n++)
                                {
                                    result[m * channels + s * basis.NMax + n] += weight * value[l * basis.NMax + n] * harmonics[m]
                                        * potential[s];
                                }
                            }
                        }
                    }
                }
            }
        }
        return result;
    }

    /// <summary>The potential of each species at a point.</summary>
    private sealed class Points
    {
        private readonly SmearedPower _power, _wide;
        private readonly List<(double X, double Y, double Z, double Q, int Kind)> _images = [];
        private readonly List<(double X, double Y, double Z, double Q, int Kind)> _inside = [];
        private readonly WaveLattice? _lattice;
        private readonly double[] _factors = [];
        private readonly double _cutoff;

        internal Points(
            PotentialSettings settings, Structure structure, ReadOnlySpan<double> charges, ReadOnlySpan<int> species, int centre,
                double split, double reach)
        {
            _power = new SmearedPower(settings.Exponent, settings.Width);
            _wide = new SmearedPower(settings.Exponent, split);
            // exp(−8²/2) = 1e-14.
            _cutoff = structure.Periodic.Any ? 8 * split : double.PositiveInfinity;
            ReadOnlySpan<double> r = structure.Positions;
            int[] images = new int[3];
            for (int d = 0; d < 3; d++)
                images[d] = structure.Periodic[d] ? (int)Math.Ceiling((_cutoff + reach + Spread(r)) / structure.Cell!.Height(d)) : 0;
            for (int j = 0; j < structure.Count; j++)
            {
                for (int a = -images[0]; a <= images[0]; a++)
                {
                    for (int b = -images[1]; b <= images[1]; b++)
                    {
                        for (int c = -images[2]; c <= images[2]; c++)
                        {
                            double x = r[3 * j], y = r[3 * j + 1], z = r[3 * j + 2];
                            if (structure.Periodic.Any)
                            {
                                ReadOnlySpan<double> h = structure.Cell!.Vectors;
                                x += a * h[0] + b * h[3] + c * h[6];
                                y += a * h[1] + b * h[4] + c * h[7];
                                z += a * h[2] + b * h[5] + c * h[8];
                            }
                            double dx = x - r[3 * centre], dy = y - r[3 * centre + 1], dz = z - r[3 * centre + 2];
                            double distance = Math.Sqrt(dx * dx + dy * dy + dz * dz);
                            if (distance > _cutoff + reach) continue;
                            int kind = species.IndexOf(structure.Species[j]);
                            bool isOwn = j == centre && a == 0 && b == 0 && c == 0;
                            double inside = settings.Exterior is { } f ? f.Value(distance) : settings.SharpExterior is { } s && distance < s
                                ? 1 : 0;
                            if (isOwn && settings.OwnCharge != OwnCharge.Include) inside = 1;
                            _images.Add((x, y, z, charges[j], kind));
                            if (inside != 0) _inside.Add((x, y, z, inside * charges[j], kind));
                        }
                    }
                }
            }

            if (!structure.Periodic.Any) return;
            (_, double thickness) = PotentialState.Extent(structure);
            _lattice = new WaveLattice(new WaveWeights(structure.Cell!, structure.Periodic, _wide,
                settings.Exponent > 3 ? _wide.Transform(0) : -_power.Excess(_wide), 8 / split, thickness + reach, 1e-14));
            _factors = new double[2 * _lattice.Count * species.Length];
            for (int j = 0; j < structure.Count; j++)
            {
                for (int k = 0; k < _lattice.Count; k++)
                {
                    (double s, double c) = Phase(k, r[3 * j], r[3 * j + 1], r[3 * j + 2]);
                    int at = 2 * (species.IndexOf(structure.Species[j]) * _lattice.Count + k);
                    _factors[at] += charges[j] * c;
                    _factors[at + 1] -= charges[j] * s;
                }
            }
        }

        private static double Spread(ReadOnlySpan<double> r)
        {
            double most = 0;
            for (int i = 0; i < r.Length; i += 3)
            {
                for (int j = 0; j < i; j += 3)
                {
                    most = Math.Max(most, Math.Sqrt(
                        (r[i] - r[j]) * (r[i] - r[j]) + (r[i + 1] - r[j + 1]) * (r[i + 1] - r[j + 1])
                        + (r[i + 2] - r[j + 2]) * (r[i + 2] - r[j + 2])));
                }
            }

            return most;
        }

        private (double Sin, double Cos) Phase(int k, double x, double y, double z) =>
            Math.SinCos(_lattice!.Waves[k] * x + _lattice.Waves[_lattice.Count + k] * y + _lattice.Waves[2 * _lattice.Count + k] * z);

        internal void Evaluate(double x, double y, double z, double[] potential)
        {
            Array.Clear(potential);
            foreach ((double jx, double jy, double jz, double q, int kind) in _images)
            {
                double r = Math.Sqrt((x - jx) * (x - jx) + (y - jy) * (y - jy) + (z - jz) * (z - jz));
                if (r < _cutoff) potential[kind] += q * (_power.Value(r) - (_lattice is null ? 0 : _wide.Value(r)));
            }
            foreach ((double jx, double jy, double jz, double q, int kind) in _inside)
                potential[kind] -= q * _power.Value(Math.Sqrt((x - jx) * (x - jx) + (y - jy) * (y - jy) + (z - jz) * (z - jz)));
            if (_lattice is null) return;
            for (int k = 0; k < _lattice.Count; k++)
            {
                (double s, double c) = Phase(k, x, y, z);
                for (int a = 0; a < potential.Length; a++)
                {
                    int at = 2 * (a * _lattice.Count + k);
                    potential[a] += _lattice.Weights[k] * (_factors[at] * c - _factors[at + 1] * s);
                }
            }
        }
    }
}
