using System;
using System.Globalization;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Three lattice vectors a, b, c in Å, right- or left-handed. A vector may be missing (all zero), as in a slab or a
/// wire; the ones that are there are linearly independent. Fractional coordinates f and positions r are rows:
/// r = f·H with H the matrix whose rows are a, b, c; along a missing vector the coordinate is the distance in Å along
/// a unit vector orthogonal to the others, so that H can always be inverted.
/// </summary>
public sealed class Cell : IEquatable<Cell>
{
    // Below this ratio of volume to the product of the edges the cell is flat for any practical cutoff.
    private const double Flat = 1e-10;

    private readonly double[] _vectors;
    private readonly double[] _completed;
    private readonly double[] _inverse;
    private readonly double _determinant;

    /// <summary>Takes the three lattice vectors.</summary>
    /// <param name="vectors">Nine numbers, [vector a b c, xyz] row-major, Å; a missing vector is 0 0 0.</param>
    /// <exception cref="ArgumentException">
    /// Not nine numbers, a number that is not finite, no vector at all, or vectors that are linearly dependent.
    /// </exception>
    public Cell(ReadOnlySpan<double> vectors)
    {
        if (vectors.Length != 9)
            throw new ArgumentException($"A cell has 9 numbers, three vectors in rows; got {vectors.Length}.", nameof(vectors));

        for (int i = 0; i < 9; i++)
        {
            if (!double.IsFinite(vectors[i]))
            {
                throw new ArgumentException(
                    $"Number {i + 1} of the cell is {vectors[i].ToString("R", CultureInfo.InvariantCulture)}; it must be finite.",
                    nameof(vectors));
            }
        }

        _vectors = vectors.ToArray();
        Span<double> length = stackalloc double[3];
        int present = 0;
        for (int i = 0; i < 3; i++)
        {
            length[i] = Norm(Row(_vectors, i));
            present += length[i] > 0 ? 1 : 0;
        }

        if (present == 0)
            throw new ArgumentException("All three lattice vectors are zero; a structure without a lattice has no cell.", nameof(vectors));

        _completed = Complete(_vectors, length);
        _determinant = Determinant(_completed);
        double edges = 1;
        for (int i = 0; i < 3; i++)
            edges *= length[i] > 0 ? length[i] : 1;

        if (!(Math.Abs(_determinant) > Flat * edges) || !double.IsFinite(_determinant))
            throw new ArgumentException("The lattice vectors are linearly dependent: " + Describe(_vectors) + ".", nameof(vectors));

        _inverse = Invert(_completed, _determinant);
    }

    /// <summary>A cell with orthogonal edges along x, y, z of the given lengths in Å.</summary>
    /// <exception cref="ArgumentException">A length is not finite, or all are zero.</exception>
    public static Cell Orthorhombic(double a, double b, double c) => new([a, 0, 0, 0, b, 0, 0, 0, c]);

    /// <summary>A cube of the given edge in Å.</summary>
    /// <exception cref="ArgumentException">The edge is zero or not finite.</exception>
    public static Cell Cubic(double edge) => Orthorhombic(edge, edge, edge);

    /// <summary>[vector a b c, xyz] row-major, Å, nine numbers; a missing vector is 0 0 0.</summary>
    public ReadOnlySpan<double> Vectors => _vectors;

    /// <summary>
    /// The same with every missing vector replaced by a unit vector (Å) orthogonal to the ones present: the matrix H of
    /// r = f·H, [vector, xyz] row-major.
    /// </summary>
    public ReadOnlySpan<double> Completed => _completed;

    /// <summary>H⁻¹ of <see cref="Completed"/>, row-major, 1/Å: f = r·H⁻¹. Its columns are the reciprocal vectors without 2π.</summary>
    public ReadOnlySpan<double> Inverse => _inverse;

    /// <summary>Lattice vector 0 (a), 1 (b) or 2 (c): x, y, z in Å.</summary>
    public ReadOnlySpan<double> Vector(int direction) => Row(_vectors, direction);

    /// <summary>Whether the lattice vector of direction 0, 1 or 2 is there.</summary>
    public bool Has(int direction)
    {
        ReadOnlySpan<double> v = Vector(direction);
        return v[0] != 0 || v[1] != 0 || v[2] != 0;
    }

    /// <summary>Whether all three lattice vectors are there.</summary>
    public bool IsComplete => Has(0) && Has(1) && Has(2);

    /// <summary>|det H| in Å³; zero when a lattice vector is missing, for then there is no volume.</summary>
    public double Volume => IsComplete ? Math.Abs(_determinant) : 0;

    /// <summary>Whether a·(b×c) &gt; 0, missing vectors completed.</summary>
    public bool IsRightHanded => _determinant > 0;

    /// <summary>
    /// The reciprocal lattice with 2π: [vector, xyz] row-major, 1/Å, a_i·b_j = 2π δ_ij, of the completed cell.
    /// </summary>
    public double[] Reciprocal()
    {
        double[] b = new double[9];
        for (int i = 0; i < 3; i++)
        {
            for (int k = 0; k < 3; k++)
                b[3 * i + k] = 2 * Math.PI * _inverse[3 * k + i];
        }

        return b;
    }

    /// <summary>
    /// The distance in Å between neighbouring lattice planes of a direction: 1/|column of H⁻¹|. A sphere of radius r
    /// reaches ⌈r/height⌉ images along that direction.
    /// </summary>
    public double Height(int direction)
    {
        if ((uint)direction > 2)
            throw new ArgumentOutOfRangeException(nameof(direction), direction, "A direction is 0, 1 or 2.");

        double x = _inverse[direction], y = _inverse[3 + direction], z = _inverse[6 + direction];
        return 1 / Math.Sqrt(x * x + y * y + z * z);
    }

    /// <summary>f = r·H⁻¹ for every row.</summary>
    /// <param name="positions">[atom, xyz] row-major, Å.</param>
    /// <param name="fractional">[atom, abc] row-major; may be the same memory.</param>
    /// <exception cref="ArgumentException">The lengths differ or are no multiple of three.</exception>
    public void ToFractional(ReadOnlySpan<double> positions, Span<double> fractional) => Multiply(positions, _inverse, fractional);

    /// <summary>r = f·H for every row.</summary>
    /// <param name="fractional">[atom, abc] row-major.</param>
    /// <param name="positions">[atom, xyz] row-major, Å; may be the same memory.</param>
    /// <exception cref="ArgumentException">The lengths differ or are no multiple of three.</exception>
    public void ToCartesian(ReadOnlySpan<double> fractional, Span<double> positions) => Multiply(fractional, _completed, positions);

    /// <summary>
    /// Moves every position into the cell along the periodic directions: r_wrapped = r − shift·H, with the fractional
    /// coordinate of r_wrapped in [0, 1) up to rounding.
    /// </summary>
    /// <param name="positions">[atom, xyz] row-major, Å.</param>
    /// <param name="periodic">The directions to wrap along; the others are left as they are.</param>
    /// <param name="wrapped">[atom, xyz] row-major, Å; may be the same memory as <paramref name="positions"/>.</param>
    /// <param name="shifts">[atom, abc] row-major: the whole cells subtracted; or empty when not wanted.</param>
    /// <exception cref="ArgumentException">The lengths differ, or a shift does not fit in 32 bits.</exception>
    public void Wrap(ReadOnlySpan<double> positions, Periodicity periodic, Span<double> wrapped, Span<int> shifts = default)
    {
        if (positions.Length % 3 != 0 || wrapped.Length != positions.Length || (shifts.Length != 0 && shifts.Length != positions.Length))
        {
            throw new ArgumentException(
                $"Lengths must be one multiple of 3: positions {positions.Length}, wrapped {wrapped.Length}, shifts {shifts.Length}.");
        }

        double[] h = _completed, inv = _inverse;
        for (int p = 0; p < positions.Length; p += 3)
        {
            double x = positions[p], y = positions[p + 1], z = positions[p + 2];
            double wx = x, wy = y, wz = z;
            for (int d = 0; d < 3; d++)
            {
                double n = periodic[d] ? Math.Floor(x * inv[d] + y * inv[3 + d] + z * inv[6 + d]) : 0;
                if (!(Math.Abs(n) <= int.MaxValue))
                    throw new ArgumentException($"Atom {p / 3} is more than 2³¹ cells away from the origin.", nameof(positions));

                if (n != 0)
                {
                    wx -= n * h[3 * d];
                    wy -= n * h[3 * d + 1];
                    wz -= n * h[3 * d + 2];
                }

                if (shifts.Length != 0)
                    shifts[p + d] = (int)n;
            }

            wrapped[p] = wx;
            wrapped[p + 1] = wy;
            wrapped[p + 2] = wz;
        }
    }

    /// <summary>The cell whose vectors are F·a, F·b, F·c.</summary>
    /// <param name="matrix">F, 3×3 row-major: a rotation, a strain 1 + ε …</param>
    /// <exception cref="ArgumentException">Not nine finite numbers, or F is singular.</exception>
    public Cell Transform(ReadOnlySpan<double> matrix)
    {
        if (matrix.Length != 9)
            throw new ArgumentException($"A 3×3 matrix has 9 numbers; got {matrix.Length}.", nameof(matrix));

        double[] vectors = new double[9];
        Apply(matrix, _vectors, vectors);
        return new Cell(vectors);
    }

    /// <summary>The cell with edges na·a, nb·b, nc·c.</summary>
    /// <exception cref="ArgumentException">A factor is zero where a vector is present.</exception>
    public Cell Scale(int na, int nb, int nc)
    {
        double[] vectors = (double[])_vectors.Clone();
        for (int k = 0; k < 3; k++)
        {
            vectors[k] *= na;
            vectors[3 + k] *= nb;
            vectors[6 + k] *= nc;
        }

        return new Cell(vectors);
    }

    /// <inheritdoc/>
    public bool Equals(Cell? other) => other is not null && _vectors.AsSpan().SequenceEqual(other._vectors);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Cell);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (double v in _vectors)
            hash.Add(v);

        return hash.ToHashCode();
    }

    /// <summary>The nine numbers in rows, for messages.</summary>
    public override string ToString() => Describe(_vectors);

    /// <summary>out = M·row for each row of three numbers (M on the left of a column vector).</summary>
    internal static void Apply(ReadOnlySpan<double> matrix, ReadOnlySpan<double> rows, Span<double> result)
    {
        for (int p = 0; p < rows.Length; p += 3)
        {
            double x = rows[p], y = rows[p + 1], z = rows[p + 2];
            result[p] = matrix[0] * x + matrix[1] * y + matrix[2] * z;
            result[p + 1] = matrix[3] * x + matrix[4] * y + matrix[5] * z;
            result[p + 2] = matrix[6] * x + matrix[7] * y + matrix[8] * z;
        }
    }

    private static void Multiply(ReadOnlySpan<double> rows, double[] m, Span<double> result)
    {
        if (rows.Length % 3 != 0 || result.Length != rows.Length)
            throw new ArgumentException($"Lengths must be one multiple of 3: got {rows.Length} and {result.Length}.");

        for (int p = 0; p < rows.Length; p += 3)
        {
            double x = rows[p], y = rows[p + 1], z = rows[p + 2];
            result[p] = x * m[0] + y * m[3] + z * m[6];
            result[p + 1] = x * m[1] + y * m[4] + z * m[7];
            result[p + 2] = x * m[2] + y * m[5] + z * m[8];
        }
    }

    private static ReadOnlySpan<double> Row(double[] m, int i) => (uint)i < 3
        ? m.AsSpan(3 * i, 3)
        : throw new ArgumentOutOfRangeException(nameof(i), i, "A direction is 0, 1 or 2.");

    private static double Norm(ReadOnlySpan<double> v) => Math.Sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);

    private static double Determinant(double[] m) =>
        m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);

    private static double[] Invert(double[] m, double det) =>
    [
        (m[4] * m[8] - m[5] * m[7]) / det, (m[2] * m[7] - m[1] * m[8]) / det, (m[1] * m[5] - m[2] * m[4]) / det,
        (m[5] * m[6] - m[3] * m[8]) / det, (m[0] * m[8] - m[2] * m[6]) / det, (m[2] * m[3] - m[0] * m[5]) / det,
        (m[3] * m[7] - m[4] * m[6]) / det, (m[1] * m[6] - m[0] * m[7]) / det, (m[0] * m[4] - m[1] * m[3]) / det,
    ];

    /// <summary>Fills missing rows with unit vectors orthogonal to all others, right-handed where one is missing.</summary>
    private static double[] Complete(double[] vectors, ReadOnlySpan<double> length)
    {
        double[] h = (double[])vectors.Clone();
        Span<bool> has = stackalloc bool[3];
        int first = -1, count = 0;
        for (int i = 2; i >= 0; i--)
        {
            has[i] = length[i] > 0;
            if (has[i])
            {
                first = i;
                count++;
            }
        }

        if (count == 1)
        {
            // A wire: start from the Cartesian axis least aligned with it.
            ReadOnlySpan<double> v = vectors.AsSpan(3 * first, 3);
            int axis = 0;
            for (int k = 1; k < 3; k++)
                axis = Math.Abs(v[k]) < Math.Abs(v[axis]) ? k : axis;

            Span<double> e = stackalloc double[3];
            e.Clear();
            e[axis] = 1;
            int next = (first + 1) % 3;
            UnitCross(v, e, h.AsSpan(3 * next, 3));
            has[next] = true;
        }

        for (int i = 0; i < 3; i++)
        {
            if (!has[i])
                UnitCross(h.AsSpan(3 * ((i + 1) % 3), 3), h.AsSpan(3 * ((i + 2) % 3), 3), h.AsSpan(3 * i, 3));
        }

        return h;
    }

    private static void UnitCross(ReadOnlySpan<double> u, ReadOnlySpan<double> v, Span<double> result)
    {
        double x = u[1] * v[2] - u[2] * v[1], y = u[2] * v[0] - u[0] * v[2], z = u[0] * v[1] - u[1] * v[0];
        double n = Math.Sqrt(x * x + y * y + z * z);
        n = n > 0 ? n : 1;
        result[0] = x / n;
        result[1] = y / n;
        result[2] = z / n;
    }

    /// <summary>Nine numbers in three rows, on one line.</summary>
    internal static string Describe(double[] m)
    {
        string R(int i) => m[i].ToString("R", CultureInfo.InvariantCulture);
        return $"[{R(0)} {R(1)} {R(2)}; {R(3)} {R(4)} {R(5)}; {R(6)} {R(7)} {R(8)}]";
    }
}
