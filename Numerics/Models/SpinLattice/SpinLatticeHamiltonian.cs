using System;
using System.Linq;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.SpinLattice;

/// <summary>
/// A classical Hamiltonian of atoms at r_i with spins v_i of variable length, on which models of magnetic energies are
/// tried: everything about it is known. Terms that are null or zero are absent.
/// </summary>
/// <remarks>
/// E = Σ_i [ A|v_i|² + B|v_i|⁴ + C|v_i|⁶ − K (n·v_i)² ] − ½ Σ_ij J(r_ij) v_i·v_j
///   + ½ Σ_ij φ(r_ij) − a Σ_i [ √(ρ_i + ρ₀) − √ρ₀ ],  ρ_i = Σ_j ψ(r_ij)
///   − ½ Σ_ij k(r_ij) [ (v_i·r̂_ij)(v_j·r̂_ij) − v_i·v_j/3 ]
///   − ½ Σ_ij D(r_ij) r̂_ij·(v_i × v_j) − ½ Σ_ij D_ij·(v_i × v_j),  D_ij = Σ_k w(r_ij) w(r_ik) w(r_jk) r_ik × r_jk.
/// Sums run over ordered pairs of atoms and images. Under rotations of all spins alone the terms with A, B, C, J, φ and ψ
/// stay. Under rotations of atoms and spins together all stay but K. Under the inversion,
/// which leaves spins (axial vectors) as they are, all stay but D(r), a pseudoscalar. Under v → −v all stay.
/// Units: Å, eV, μB.
/// </remarks>
public sealed record SpinLatticeHamiltonian
{
    /// <summary>The atom property that holds the spins, [atom, xyz] in μB; structures without it have no spins.</summary>
    public string Key { get; init; } = "spins";

    /// <summary>A, eV/μB².</summary>
    public double Quadratic { get; init; }

    /// <summary>B, eV/μB⁴.</summary>
    public double Quartic { get; init; }

    /// <summary>C, eV/μB⁶.</summary>
    public double Sextic { get; init; }

    /// <summary>J, eV/μB²; positive values align spins.</summary>
    public PairFunction? Exchange { get; init; }

    /// <summary>φ, eV.</summary>
    public PairFunction? Repulsion { get; init; }

    /// <summary>ψ, in a unit of its own.</summary>
    public PairFunction? Density { get; init; }

    /// <summary>a, eV over the root of the unit of ψ.</summary>
    public double Embedding { get; init; }

    /// <summary>ρ₀, in the unit of ψ: keeps the embedding energy smooth where an atom is alone.</summary>
    public double EmbeddingFloor { get; init; } = 0.05;

    /// <summary>K, eV/μB²: single-ion anisotropy along a direction fixed in space.</summary>
    public double SingleIonAnisotropy { get; init; }

    /// <summary>n, a unit vector.</summary>
    public (double X, double Y, double Z) Axis { get; init; } = (0, 0, 1);

    /// <summary>k, eV/μB²: anisotropy along bonds, as of dipoles.</summary>
    public PairFunction? PairAnisotropy { get; init; }

    /// <summary>D, eV/μB²: Dzyaloshinskii–Moriya interaction with its vector along the bond.</summary>
    public PairFunction? BondDzyaloshinskii { get; init; }

    /// <summary>w, its third power in eV/(μB² Å²): Dzyaloshinskii–Moriya interaction by way of third atoms.</summary>
    public PairFunction? Moriya { get; init; }

    /// <summary>
    /// A model of body-centred cubic iron: the lattice energy of Finnis and Sinclair (Philos. Mag. A 50, 45, 1984, with the
    /// erratum of 1986: a = 2.8665 Å, 4.28 eV per atom), exchange of about 38 meV per nearest pair of spins of 2.2 μB,
    /// negative beyond 3.8 Å, and Landau terms that give the aligned crystal's spins a length of about 2.2 μB and those of
    /// spins without net exchange about 1.4 μB.
    /// </summary>
    public static SpinLatticeHamiltonian BccIron { get; } = new()
    {
        Quadratic = -0.027,
        Quartic = 0.006,
        Sextic = 0.0002,
        Exchange = new BetheSlater(0.0105, 0.281, 1.999, new CutoffFunction(4.5, 1.0, CutoffKind.Polynomial)),
        Repulsion = new TruncatedPolynomial(3.40, [1.2371147, -0.3592185, -0.0385607]),
        Density = new TruncatedPolynomial(3.569745, [1 - 1.8, 1.8 / 3.569745]),
        Embedding = 1.828905,
        EmbeddingFloor = 0.001,
    };

    /// <summary>The largest distance at which two atoms interact, Å; 0 without pair terms.</summary>
    public double Radius =>
        new[] { Exchange, Repulsion, Density, PairAnisotropy, BondDzyaloshinskii, Moriya }.Max(f => f?.Radius ?? 0);

    /// <summary>Energy, forces, virial and effective fields.</summary>
    /// <exception cref="ArgumentException">The spins are not one finite vector per atom, or two atoms coincide.</exception>
    public SpinLatticeEnergy Evaluate(Structure structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        int n = structure.Count;
        double[] v = Spins(structure), energies = new double[n], forces = new double[3 * n], virial = new double[9];
        double[] fields = new double[3 * n];
        for (int i = 0; i < n; i++)
            energies[i] = OnSite(v.AsSpan(3 * i, 3), fields.AsSpan(3 * i, 3));
        if (Radius > 0)
            AddPairs(NeighborList.Build(structure, Radius), v, energies, forces, virial, fields);
        return new SpinLatticeEnergy(energies.Sum(), energies, forces, virial, fields);
    }

    private double[] Spins(Structure structure)
    {
        if (!structure.AtomProperties.TryGetValue(Key, out PropertyArray? property)) return new double[3 * structure.Count];
        if (property.Components != 3)
            throw new ArgumentException($"\"{Key}\" has {property.Components} components per atom; expected 3");
        double[] v = property.ToReals();
        int bad = Array.FindIndex(v, x => !double.IsFinite(x));
        return bad < 0 ? v : throw new ArgumentException($"\"{Key}\" of atom {bad / 3} is {v[bad]:R}; expected a finite number");
    }

    private double OnSite(ReadOnlySpan<double> v, Span<double> field)
    {
        double square = Dot(v, v), along = Axis.X * v[0] + Axis.Y * v[1] + Axis.Z * v[2];
        double slope = 2 * (Quadratic + square * (2 * Quartic + square * 3 * Sextic));
        double turn = 2 * SingleIonAnisotropy * along;
        field[0] = -slope * v[0] + turn * Axis.X;
        field[1] = -slope * v[1] + turn * Axis.Y;
        field[2] = -slope * v[2] + turn * Axis.Z;
        return square * (Quadratic + square * (Quartic + square * Sextic)) - SingleIonAnisotropy * along * along;
    }

    private void AddPairs(NeighborList list, double[] v, double[] energies, double[] forces, double[] virial, double[] fields)
    {
        double[] slopes = new double[3 * list.PairCount];
        double[] third = Moriya is null ? [] : new double[5 * list.PairCount];
        Span<double> unit = stackalloc double[3], cross = stackalloc double[3];
        for (int i = 0; i < energies.Length; i++)
        {
            ReadOnlySpan<double> vi = v.AsSpan(3 * i, 3);
            Span<double> hi = fields.AsSpan(3 * i, 3);
            int first = list.Offsets[i], end = list.Offsets[i + 1];
            double embedding = EmbeddingSlope(list, i, energies);
            for (int p = first; p < end; p++)
            {
                double r = list.Distances[p];
                if (r == 0) throw new ArgumentException($"atoms {i} and {list.Neighbors[p]} are at the same place");
                unit[0] = list.X[p] / r;
                unit[1] = list.Y[p] / r;
                unit[2] = list.Z[p] / r;
                int j = list.Neighbors[p];
                ReadOnlySpan<double> vj = v.AsSpan(3 * j, 3);
                Span<double> hj = fields.AsSpan(3 * j, 3), slope = slopes.AsSpan(3 * p, 3);
                double dot = Dot(vi, vj), radial = 0;
                if (Repulsion is not null)
                {
                    (double phi, double by) = Repulsion.Evaluate(r);
                    energies[i] += 0.5 * phi;
                    radial += 0.5 * by;
                }
                if (embedding != 0) radial += embedding * Density!.Evaluate(r).Derivative;
                if (Exchange is not null)
                {
                    (double j0, double by) = Exchange.Evaluate(r);
                    energies[i] -= 0.5 * j0 * dot;
                    radial -= 0.5 * by * dot;
                    Add(hi, 0.5 * j0, vj);
                    Add(hj, 0.5 * j0, vi);
                }
                if (PairAnisotropy is not null)
                {
                    (double k, double by) = PairAnisotropy.Evaluate(r);
                    double ai = Dot(vi, unit), aj = Dot(vj, unit), shape = ai * aj - dot / 3;
                    energies[i] -= 0.5 * k * shape;
                    radial += k * ai * aj / r - 0.5 * by * shape;
                    Add(slope, -0.5 * k * aj / r, vi);
                    Add(slope, -0.5 * k * ai / r, vj);
                    Add(hi, 0.5 * k * aj, unit);
                    Add(hj, 0.5 * k * ai, unit);
                    Add(hi, -k / 6, vj);
                    Add(hj, -k / 6, vi);
                }
                if (BondDzyaloshinskii is not null)
                {
                    (double d, double by) = BondDzyaloshinskii.Evaluate(r);
                    Cross(vi, vj, cross);
                    double triple = Dot(unit, cross);
                    energies[i] -= 0.5 * d * triple;
                    radial += 0.5 * (d / r - by) * triple;
                    Add(slope, -0.5 * d / r, cross);
                    AddCross(hi, 0.5 * d, vj, unit);
                    AddCross(hj, 0.5 * d, unit, vi);
                }
                Add(slope, radial, unit);
                if (Moriya is not null)
                {
                    (third[5 * p], third[5 * p + 1]) = Moriya.Evaluate(r);
                    unit.CopyTo(third.AsSpan(5 * p + 2));
                }
            }
            if (Moriya is not null)
                AddMoriya(list, i, v, third, ref energies[i], slopes, fields);
        }
        for (int i = 0; i < energies.Length; i++)
        {
            for (int p = list.Offsets[i]; p < list.Offsets[i + 1]; p++)
            {
                int j = list.Neighbors[p];
                ReadOnlySpan<double> r = [list.X[p], list.Y[p], list.Z[p]];
                for (int a = 0; a < 3; a++)
                {
                    double slope = slopes[3 * p + a];
                    forces[3 * i + a] += slope;
                    forces[3 * j + a] -= slope;
                    for (int b = 0; b < 3; b++)
                        virial[3 * a + b] -= slope * r[b];
                }
            }
        }
    }

    /// <summary>∂E/∂ρ_i; adds the embedding energy of the centre.</summary>
    private double EmbeddingSlope(NeighborList list, int centre, double[] energies)
    {
        if (Density is null || Embedding == 0) return 0;
        double rho = 0;
        for (int p = list.Offsets[centre]; p < list.Offsets[centre + 1]; p++)
            rho += Density.Evaluate(list.Distances[p]).Value;
        double root = Math.Sqrt(Math.Max(0, rho) + EmbeddingFloor);
        energies[centre] -= Embedding * (root - Math.Sqrt(EmbeddingFloor));
        return rho > 0 ? -0.5 * Embedding / root : 0;
    }

    /// <summary>The pairs (i, j) with all third atoms k: r_ik × r_jk = r_ij × r_ik, since r_jk = r_ik − r_ij.</summary>
    /// <param name="list">Neighbours within <see cref="Radius"/>.</param>
    /// <param name="i">The centre.</param>
    /// <param name="v">Spins.</param>
    /// <param name="third"><c>[pair]</c>: w, w′ and the unit vector.</param>
    /// <param name="energy">The centre's energy.</param>
    /// <param name="slopes">∂E/∂r of pairs, added to.</param>
    /// <param name="fields">−∂E/∂v, added to.</param>
    private void AddMoriya(
        NeighborList list, int i, double[] v, double[] third, ref double energy, double[] slopes, double[] fields)
    {
        Span<double> c = stackalloc double[3], d = stackalloc double[3], normal = stackalloc double[3];
        Span<double> rij = stackalloc double[3], rik = stackalloc double[3], rjk = stackalloc double[3];
        ReadOnlySpan<double> vi = v.AsSpan(3 * i, 3);
        for (int p = list.Offsets[i]; p < list.Offsets[i + 1]; p++)
        {
            double wij = third[5 * p], dij = third[5 * p + 1];
            if (wij == 0) continue;
            int j = list.Neighbors[p];
            ReadOnlySpan<double> vj = v.AsSpan(3 * j, 3);
            Vector(list, p, rij);
            Cross(vi, vj, c);
            d.Clear();
            for (int q = list.Offsets[i]; q < list.Offsets[i + 1]; q++)
            {
                double wik = third[5 * q], dik = third[5 * q + 1];
                if (q == p || wik == 0) continue;
                Vector(list, q, rik);
                for (int a = 0; a < 3; a++)
                    rjk[a] = rik[a] - rij[a];
                double r = Math.Sqrt(Dot(rjk, rjk));
                if (r >= Moriya!.Radius) continue;
                (double wjk, double djk) = Moriya.Evaluate(r);
                double w = wij * wik * wjk;
                Cross(rij, rik, normal);
                Add(d, w, normal);
                double triple = Dot(normal, c);
                energy -= 0.5 * w * triple;
                Span<double> sj = slopes.AsSpan(3 * p, 3), sk = slopes.AsSpan(3 * q, 3);
                AddCross(sj, -0.5 * w, rik, c);
                AddCross(sk, -0.5 * w, c, rij);
                Add(sj, -0.5 * triple * dij * wik * wjk, third.AsSpan(5 * p + 2, 3));
                Add(sk, -0.5 * triple * wij * dik * wjk, third.AsSpan(5 * q + 2, 3));
                double across = -0.5 * triple * wij * wik * djk / r;
                Add(sk, across, rjk);
                Add(sj, -across, rjk);
            }
            AddCross(fields.AsSpan(3 * i, 3), 0.5, vj, d);
            AddCross(fields.AsSpan(3 * j, 3), 0.5, d, vi);
        }
    }

    private static void Vector(NeighborList list, int pair, Span<double> r)
    {
        r[0] = list.X[pair];
        r[1] = list.Y[pair];
        r[2] = list.Z[pair];
    }

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

    private static void Cross(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c)
    {
        c[0] = a[1] * b[2] - a[2] * b[1];
        c[1] = a[2] * b[0] - a[0] * b[2];
        c[2] = a[0] * b[1] - a[1] * b[0];
    }

    private static void Add(Span<double> sum, double factor, ReadOnlySpan<double> a)
    {
        for (int d = 0; d < 3; d++)
            sum[d] += factor * a[d];
    }

    private static void AddCross(Span<double> sum, double factor, ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        Span<double> c = stackalloc double[3];
        Cross(a, b, c);
        Add(sum, factor, c);
    }
}
