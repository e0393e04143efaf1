using System;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Fourier;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The long-ranged part of a structure's potential field by fast Fourier transforms: what <see cref="WaveSum"/> sums, for all
/// centres at once.
/// </summary>
/// <remarks>
/// 1. Charges are spread over a mesh by B-splines and transformed, once per species. For each channel (species, n, l, m) the waves are
///    multiplied by c(k) 4π i^l R̃_nl(k) Y_lm(k̂), transformed back, and gathered at the centres by the same splines; both splines' own
///    transforms are divided out.
/// 2. That is a transform per channel, on a mesh as coarse as the waves allow. Projecting one potential locally needs few transforms but
/// thousands of
///    points for each centre: for one monomial per l it takes about ten times as long.
/// 3. Values are smooth functions of positions, charges and, with a given number of points, of the cell.
/// 4. Its arrays belong to a <see cref="SumMemory"/>, so that the next structure of this size needs no others.
/// </remarks>
internal sealed unsafe class MeshSum
{
    private readonly MeshGrid _grid;
    private readonly RealTransform3 _transform;
    private readonly WaveWeights _weights;
    private readonly PolynomialTable _radial;
    private readonly int _lmax, _nmax, _species, _channels, _threads;
    private readonly double[] _positions, _charges;
    private readonly int[] _kinds;
    // 4π c over the splines' transforms; how many columns of each row [k0, k1] and of all with the same k1 have any.
    private readonly double[] _factors;
    private readonly int[] _lengths, _used;
    private readonly double[]?[] _densityRe, _densityIm;
    private readonly double[] _re, _im, _mesh, _radialFactors, _counts, _amounts;
    private readonly SumMemory _memory;
    private readonly int _most;

    /// <summary>Spreads the charges and transforms them.</summary>
    internal MeshSum(
        SumMemory memory,
        WaveWeights weights, ReadOnlySpan<int> points, int order, PolynomialTable radial, int lmax, int nmax, int species, int channels,
        double[] positions, double[] charges, int[] kinds, int threads)
    {
        _weights = weights;
        _radial = radial;
        _lmax = lmax;
        _nmax = nmax;
        _species = species;
        _channels = channels;
        _threads = threads;
        _positions = positions;
        _charges = charges;
        _kinds = kinds;
        _memory = memory;
        _grid = new MeshGrid(memory, weights.Box, points, order, positions, threads);
        _transform = _grid.Transform;
        int length = _transform.TransformLength;
        _lengths = memory.Take<int>(points[0] * points[1]);
        // Of its own length: the transform asks for one number per k1.
        _used = new int[points[1]];
        _factors = memory.Zeros<double>(length);
        Factors(order);
        foreach (int columns in _used)
            _most = Math.Max(_most, columns);

        // t, and behind it how often a wave counts: those with k2 > 0 stand for −k, too.
        _counts = memory.Take<double>(2 * _transform.Columns);
        for (int k = 0; k < _transform.Columns; k++)
            (_counts[k], _counts[_transform.Columns + k]) = (k, k == 0 ? 1 : 2);

        _mesh = memory.Take<double>(_transform.RealLength);
        (_re, _im, _radialFactors) = (memory.Take<double>(length), memory.Take<double>(length), memory.Take<double>(length));
        _amounts = memory.Take<double>(kinds.Length);
        (_densityRe, _densityIm) = (new double[species][], new double[species][]);
        for (int a = 0; a < species; a++)
        {
            if (Array.IndexOf(kinds, a) < 0) continue;
            (double[] re, double[] im) = (_densityRe[a], _densityIm[a]) = (memory.Take<double>(length), memory.Take<double>(length));
            TakeCharges(a);
            _grid.Spread(_amounts, _mesh, threads);
            Transform(re, im, true);
        }
    }

    /// <summary>Points of the mesh along each vector of the box.</summary>
    internal ReadOnlySpan<int> Size => _grid.Size;

    /// <summary>The transform of the mesh, or the mesh of a transform.</summary>
    private void Transform(double[] re, double[] im, bool forward)
    {
        int length = _transform.TransformLength;
        _transform.Run(_mesh.AsSpan(0, _transform.RealLength), re.AsSpan(0, length), im.AsSpan(0, length), _used, forward, _threads);
    }

    /// <summary>Sets the amounts to the charges of one species.</summary>
    private void TakeCharges(int species)
    {
        for (int i = 0; i < _kinds.Length; i++)
            _amounts[i] = _kinds[i] == species ? _charges[i] : 0;
    }

    /// <summary>The multiple of a reciprocal vector that an index stands for; the highest one of an even size has no sign and carries
    /// nothing.</summary>
    private static int Signed(int k, int n) => 2 * k > n ? k - n : k;

    private void Factors(int order)
    {
        int n0 = Size[0], n1 = Size[1], n2 = Size[2];
        double[] s0 = CardinalSpline.Transform(order, n0), s1 = CardinalSpline.Transform(order, n1),
            s2 = CardinalSpline.Transform(order, n2);
        Threads.Share(n0, _threads, k0 =>
        {
            for (int k1 = 0; k1 < n1; k1++)
            {
                int row = k0 * n1 + k1, last = 0;
                for (int k2 = 0; k2 <= n2 / 2; k2++)
                {
                    if (2 * k0 == n0 || 2 * k1 == n1 || 2 * k2 == n2) continue;
                    int h0 = Signed(k0, n0), h1 = Signed(k1, n1);
                    if (_weights.Length(h0, h1, k2) > _weights.Cutoff) continue;
                    double spline = s0[k0] * s1[k1] * s2[k2];
                    _factors[row * _transform.Columns + k2] = 4 * Math.PI * _weights.At(h0, h1, k2).Weight / (spline * spline);
                    last = k2 + 1;
                }
                _lengths[row] = (last + 7) / 8 * 8;
            }
        });
        for (int row = 0; row < n0 * n1; row++)
            _used[row % n1] = Math.Max(_used[row % n1], _lengths[row]);
    }

    /// <summary>The waves of a row [k0, k1], and where they begin in arrays of waves.</summary>
    private SolidHarmonic.Row RowOf(int k0, int k1, double* counts, out int at)
    {
        double[] b = _weights.Reciprocal;
        int h0 = Signed(k0, Size[0]), h1 = Signed(k1, Size[1]), row = k0 * Size[1] + k1;
        at = row * _transform.Columns;
        return new SolidHarmonic.Row
        {
            X = h0 * b[0] + h1 * b[3],
            Y = h0 * b[1] + h1 * b[4],
            Z = h0 * b[2] + h1 * b[5],
            StepX = b[6],
            StepY = b[7],
            StepZ = b[8],
            Counts = counts,
            Length = _lengths[row],
        };
    }

    /// <summary>Factors times R̃/|k|^l, and where wanted times its derivative over |k|.</summary>
    private void Radial(int l, int n, double[]? slopes) => Threads.Share(Size[0], _threads, k0 =>
    {
        for (int k1 = 0; k1 < Size[1]; k1++)
        {
            SolidHarmonic.Row row = RowOf(k0, k1, null, out int at);
            for (int k = 0; k < row.Length; k++)
            {
                double x = row.X + k * row.StepX, y = row.Y + k * row.StepY, z = row.Z + k * row.StepZ, square = x * x + y * y + z * z,
                    c = _factors[at + k];
                _radialFactors[at + k] = 0;
                if (slopes is not null) slopes[at + k] = 0;
                // A wave of length zero has l = 0 only, and no direction.
                if (c == 0 || (square == 0 && l > 0)) continue;
                double length = Math.Sqrt(square);
                for (int p = 0; p < l; p++)
                    c /= length;
                if (slopes is null)
                {
                    _radialFactors[at + k] = c * _radial.Value(length, l * _nmax + n);
                }
                else
                {
                    (double value, double slope) = _radial.Both(length, l * _nmax + n);
                    _radialFactors[at + k] = c * value;
                    if (square > 0) slopes[at + k] = c * (slope - l * value / length) / length;
                }
            }
        }
    });

    /// <summary>The mesh of one channel, closed.</summary>
    private void Channel(SolidHarmonic harmonic, int species)
    {
        double[] densityRe = _densityRe[species]!, densityIm = _densityIm[species]!;
        Threads.Share(Size[0], _threads, k0 =>
        {
            fixed (double* counts = _counts, f = _radialFactors, fromRe = densityRe, fromIm = densityIm, re = _re, im = _im)
            {
                for (int k1 = 0; k1 < Size[1]; k1++)
                {
                    SolidHarmonic.Row row = RowOf(k0, k1, counts, out int at);
                    if (VectorWidths.Has512)
                    {
                        SolidHarmonic.Kernel<Lanes512<double>, Vector512<double>>.Multiply(
                            harmonic, row, f + at, fromRe + at, fromIm + at, re + at, im + at);
                    }
                    else if (Vector256.IsHardwareAccelerated)
                    {
                        SolidHarmonic.Kernel<Lanes256<double>, Vector256<double>>.Multiply(
                            harmonic, row, f + at, fromRe + at, fromIm + at, re + at, im + at);
                    }
                    else
                    {
                        SolidHarmonic.Kernel<Lanes1<double>, double>.Multiply(
                            harmonic, row, f + at, fromRe + at, fromIm + at, re + at, im + at);
                    }

                    Array.Clear(_re, at + row.Length, _most - row.Length);
                    Array.Clear(_im, at + row.Length, _most - row.Length);
                }
            }
        });
        Transform(_re, _im, false);
        _grid.Close(_mesh, _threads);
    }

    /// <summary>Adds to the values of all centres.</summary>
    /// <param name="values"><c>[centre, lm, channel]</c>, from the first channel of species on; those are species, n.</param>
    internal void Forward(double* values)
    {
        int channels = _channels, size = (_lmax + 1) * (_lmax + 1) * channels;
        for (int l = 0; l <= _lmax; l++)
        {
            for (int n = 0; n < _nmax; n++)
            {
                Radial(l, n, null);
                for (int m = -l; m <= l; m++)
                {
                    SolidHarmonic harmonic = new(l, m);
                    for (int a = 0; a < _species; a++)
                    {
                        if (_densityRe[a] is null) continue;
                        Channel(harmonic, a);
                        _grid.Gather(_mesh, _amounts, _threads);
                        double* to = values + (l * l + l + m) * channels + a * _nmax + n;
                        for (int i = 0; i < _kinds.Length; i++)
                            to[(nint)i * size] += _amounts[i];
                    }
                }
            }
        }
    }

    /// <summary>Derivatives of Σ adjoint · value.</summary>
    /// <param name="adjoints">As values in <see cref="Forward"/>.</param>
    /// <param name="gradient">∂E/∂r, added to: <c>[atom, xyz]</c>.</param>
    /// <param name="charge">∂E/∂q, added to: <c>[atom]</c>.</param>
    /// <param name="strain">∂E/∂ε, added to: 3 × 3.</param>
    internal void Backward(double* adjoints, double[] gradient, double[] charge, double[] strain)
    {
        int channels = _channels, size = (_lmax + 1) * (_lmax + 1) * channels, length = _transform.TransformLength;
        double[] own = _memory.Zeros<double>(gradient.Length), slopes = _memory.Take<double>(length),
            products = _memory.Zeros<double>(length);
        double[] sums = _memory.Zeros<double>(9 * Size[0]), amounts = _amounts;
        double[][] backRe = new double[_species][], backIm = new double[_species][];
        for (int a = 0; a < _species; a++)
            if (_densityRe[a] is not null) (backRe[a], backIm[a]) = (_memory.Zeros<double>(length), _memory.Zeros<double>(length));
        for (int l = 0; l <= _lmax; l++)
        {
            for (int n = 0; n < _nmax; n++)
            {
                Radial(l, n, slopes);
                for (int m = -l; m <= l; m++)
                {
                    SolidHarmonic harmonic = new(l, m);
                    for (int a = 0; a < _species; a++)
                    {
                        if (_densityRe[a] is null) continue;
                        int from = (l * l + l + m) * channels + a * _nmax + n;
                        bool isNothing = true;
                        for (int i = 0; i < _kinds.Length; i++)
                            isNothing &= (amounts[i] = adjoints[(nint)i * size + from]) == 0;
                        if (isNothing) continue;
                        Channel(harmonic, a);
                        _grid.Slopes(_mesh, amounts, own, _threads);
                        _grid.Spread(amounts, _mesh, _threads);
                        Transform(_re, _im, true);
                        Back(harmonic, a, slopes, backRe[a], backIm[a], products, sums);
                    }
                }
            }
        }

        for (int a = 0; a < _species; a++)
        {
            if (_densityRe[a] is null) continue;
            Transform(backRe[a], backIm[a], false);
            _grid.Close(_mesh, _threads);
            _grid.Gather(_mesh, amounts, _threads);
            for (int i = 0; i < _kinds.Length; i++)
                if (_kinds[i] == a) charge[i] += amounts[i];
            TakeCharges(a);
            _grid.Slopes(_mesh, amounts, own, _threads);
        }
        Vectors.AddScaled(1, own.AsSpan(0, gradient.Length), gradient);
        Strain(sums, products, strain);
        _weights.StrainAcross(own, _positions, strain);
    }

    private void Back(SolidHarmonic harmonic, int species, double[] slopes, double[] backRe, double[] backIm, double[] products,
        double[] sums)
    {
        double[] densityRe = _densityRe[species]!, densityIm = _densityIm[species]!;
        Threads.Share(Size[0], _threads, k0 =>
        {
            fixed (double* c = _counts,
                f = _radialFactors, df = slopes, dr = densityRe, di = densityIm, re = _re, im = _im, br = backRe, bi = backIm, p = products,
                s = sums)
            {
                for (int k1 = 0; k1 < Size[1]; k1++)
                {
                    SolidHarmonic.Row row = RowOf(k0, k1, c, out int at);
                    double* counts = c + _transform.Columns;
                    if (VectorWidths.Has512)
                    {
                        SolidHarmonic.Kernel<Lanes512<double>, Vector512<double>>.Back(
                            harmonic, row, f + at, df + at, counts, re + at, im + at, dr + at, di + at, br + at, bi + at, p + at,
                                s + 9 * k0);
                    }
                    else if (Vector256.IsHardwareAccelerated)
                    {
                        SolidHarmonic.Kernel<Lanes256<double>, Vector256<double>>.Back(
                            harmonic, row, f + at, df + at, counts, re + at, im + at, dr + at, di + at, br + at, bi + at, p + at,
                                s + 9 * k0);
                    }
                    else
                    {
                        SolidHarmonic.Kernel<Lanes1<double>, double>.Back(
                            harmonic, row, f + at, df + at, counts, re + at, im + at, dr + at, di + at, br + at, bi + at, p + at,
                                s + 9 * k0);
                    }
                }
            }
        });
    }

    /// <summary>∂E/∂ε by the waves' weights: see <see cref="WaveWeights.StrainAcross"/>.</summary>
    /// <param name="sums">Σ k ⊗ ∇ at constant c: <c>[plane, 3 × 3]</c>.</param>
    /// <param name="products">What each wave adds to E: <c>[wave]</c>.</param>
    /// <param name="strain">Added to.</param>
    private void Strain(double[] sums, double[] products, double[] strain)
    {
        double[] p = _weights.InPlane;
        double[] planes = _memory.Zeros<double>(9 * Size[0]);
        Threads.Share(Size[0], _threads, k0 =>
        {
            // Of the weights: Σ E + Σ E ∂c/∂|q| /c q ⊗ q/|q|.
            Span<double> local = planes.AsSpan(9 * k0, 9), q = stackalloc double[3], k = stackalloc double[3];
            for (int k1 = 0; k1 < Size[1]; k1++)
            {
                SolidHarmonic.Row row = RowOf(k0, k1, null, out int at);
                for (int k2 = 0; k2 < row.Length; k2++)
                {
                    double product = products[at + k2];
                    if (product == 0) continue;
                    (k[0], k[1], k[2]) = (row.X + k2 * row.StepX, row.Y + k2 * row.StepY, row.Z + k2 * row.StepZ);
                    (double weight, double slope) = _weights.At(Signed(k0, Size[0]), Signed(k1, Size[1]), k2);
                    double flat = 0;
                    for (int a = 0; a < 3; a++)
                    {
                        q[a] = p[3 * a] * k[0] + p[3 * a + 1] * k[1] + p[3 * a + 2] * k[2];
                        flat += q[a] * q[a];
                    }
                    double turn = flat > 0 ? product * slope / (weight * Math.Sqrt(flat)) : 0;
                    for (int a = 0; a < 3; a++)
                    {
                        for (int b = 0; b < 3; b++)
                            local[3 * a + b] += product * p[3 * a + b] + turn * q[a] * q[b];
                    }
                }
            }
        });
        double[] m = new double[9];
        for (int k0 = 0; k0 < Size[0]; k0++)
        {
            for (int e = 0; e < 9; e++)
            {
                m[e] += sums[9 * k0 + e];
                strain[e] -= planes[9 * k0 + e];
            }
        }
        // (1 − P) Mᵀ P − M P.
        for (int a = 0; a < 3; a++)
        {
            for (int b = 0; b < 3; b++)
            {
                for (int c = 0; c < 3; c++)
                {
                    strain[3 * a + b] -= m[3 * a + c] * p[3 * c + b];
                    for (int d = 0; d < 3; d++)
                        strain[3 * a + b] += ((a == d ? 1 : 0) - p[3 * a + d]) * m[3 * c + d] * p[3 * c + b];
                }
            }
        }
    }
}
