using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using Toolkit.Numerics.Simd;
using Table = Toolkit.Numerics.Harmonics.HarmonicsCoefficients;

namespace Toolkit.Numerics.Harmonics;

/// <summary>
/// Real solid harmonics of as many points as a register has lanes, degree by degree.
/// </summary>
/// <remarks>
/// One register holds one coordinate of 8 (or 4, 2, 1; twice as many float) points, so that no lane ever does another
/// lane's work and no branch depends on a point. Degree l is computed from the rows of degrees l − 1 and l − 2 in the
/// output itself, which a block keeps in the first-level cache (<see cref="HarmonicsCoefficients"/> has the relations):
/// 1. cosine and sine (±m) share the products a z and b r²: three operations per value;
/// 2. a gradient of degree l is a combination of values of degree l − 1: five operations for three components, and its
///    six operands are values that the recursion has in registers, or two new loads per m as the window m−1, m, m+1 moves;
/// 3. second derivatives are the same combination of the gradients of degree l − 1;
/// 4. the coefficients are broadcast from memory by the load ports, which have room to spare: the limit is the store
///    port, one vector per cycle (four per lm with gradients), followed by the two multiply-add ports.
/// Normalised functions are the solid ones at u = r/|r|, with ∇Y = (∇R(u) − l u Y)/|r| (Euler: u·∇R = l R).
/// </remarks>
internal static unsafe class HarmonicsKernel<TLanes, V, T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Between these |r|² has all its digits; points nearer to or farther from the origin are scaled first.</summary>
    private static T SmallestSquare => typeof(T) == typeof(double) ? T.CreateChecked(1e-280) : T.CreateChecked(1e-30);

    private static T LargestSquare => typeof(T) == typeof(double) ? T.CreateChecked(1e300) : T.CreateChecked(1e37);

    /// <summary>From this lmax on a block of points with gradients does not fit the first-level cache.</summary>
    private const int Large = 10;

    private struct Chain;

    private struct NoChain;

    /// <summary>r² for the recursion, u (or r itself), 1/|r| and, for normalised functions, u/|r|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Direction(
        bool normalised, ref V x, ref V y, ref V z, out V square, out V inverse)
    {
        square = TLanes.MultiplyAdd(x, x, TLanes.MultiplyAdd(y, y, TLanes.Multiply(z, z)));
        inverse = TLanes.Zero;
        if (normalised)
        {
            if (TLanes.AnyGreater(TLanes.Broadcast(SmallestSquare), square) || TLanes.AnyGreater(square, TLanes.Broadcast(LargestSquare)))
            {
                ScaledDirection(ref x, ref y, ref z, out square, out inverse);
                return;
            }

            V one = TLanes.Broadcast(T.One);
            inverse = TLanes.Divide(one, TLanes.Sqrt(square));
            x = TLanes.Multiply(x, inverse);
            y = TLanes.Multiply(y, inverse);
            z = TLanes.Multiply(z, inverse);
            square = one;
        }
    }

    /// <summary>The same, point by point, for lengths whose square is beyond the numbers, and for the origin.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ScaledDirection(ref V x, ref V y, ref V z, out V square, out V inverse)
    {
        T* points = stackalloc T[5 * TLanes.Count];
        TLanes.Store(x, points);
        TLanes.Store(y, points + TLanes.Count);
        TLanes.Store(z, points + 2 * TLanes.Count);
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            T* at = points + lane;
            T u = at[0], v = at[TLanes.Count], w = at[2 * TLanes.Count];
            T largest = T.Max(T.Abs(u), T.Max(T.Abs(v), T.Abs(w))), s = T.One, one = T.One;
            if (largest == T.Zero)
            {
                // There is no direction, and the recursion has nothing to begin with.
                s = one = T.Zero;
            }
            else if (T.IsFinite(largest))
            {
                int exponent = -T.ILogB(largest);
                (u, v, w) = (T.ScaleB(u, exponent), T.ScaleB(v, exponent), T.ScaleB(w, exponent));
                s = T.One / T.Sqrt(T.MultiplyAddEstimate(u, u, T.MultiplyAddEstimate(v, v, w * w)));
                (u, v, w) = (u * s, v * s, w * s);
                s = T.ScaleB(s, exponent);
            }
            else
            {
                u = v = w = T.NaN;
            }

            (at[0], at[TLanes.Count], at[2 * TLanes.Count], at[3 * TLanes.Count], at[4 * TLanes.Count]) = (u, v, w, one, s);
        }

        (x, y, z) = (TLanes.Load(points), TLanes.Load(points + TLanes.Count), TLanes.Load(points + 2 * TLanes.Count));
        (square, inverse) = (TLanes.Load(points + 3 * TLanes.Count), TLanes.Load(points + 4 * TLanes.Count));
    }

    /// <summary>What compiled code begins with: u (or r itself), r² for the recursion, 1/|r| and Y_00.</summary>
    internal static void Prepare(T* px, T* py, T* pz, bool normalised, T* point)
    {
        V x = TLanes.Load(px), y = TLanes.Load(py), z = TLanes.Load(pz);
        Direction(normalised, ref x, ref y, ref z, out V square, out V inverse);
        Put(x, y, z, square, inverse, point);
    }

    /// <summary>The same for functions of the direction at known distances, none of them zero.</summary>
    internal static void PrepareAt(T* px, T* py, T* pz, T* distances, T* point)
    {
        V one = TLanes.Broadcast(T.One), inverse = TLanes.Divide(one, TLanes.Load(distances));
        Put(TLanes.Multiply(TLanes.Load(px), inverse), TLanes.Multiply(TLanes.Load(py), inverse), TLanes.Multiply(TLanes.Load(pz), inverse),
            one, inverse, point);
    }

    private static void Put(V x, V y, V z, V square, V inverse, T* point)
    {
        TLanes.Store(x, point);
        TLanes.Store(y, point + TLanes.Count);
        TLanes.Store(z, point + 2 * TLanes.Count);
        TLanes.Store(square, point + 3 * TLanes.Count);
        TLanes.Store(inverse, point + 4 * TLanes.Count);
        TLanes.Store(TLanes.Broadcast(T.CreateChecked(Table.Y00)), point + 5 * TLanes.Count);
    }

    /// <summary>Values of one register of points: row lm of <paramref name="values"/> starts at lm·stride.</summary>
    internal static void Values(T* px, T* py, T* pz, T* table, int lmax, bool normalised, T* values, nint stride)
    {
        V x = TLanes.Load(px), y = TLanes.Load(py), z = TLanes.Load(pz);
        Direction(normalised, ref x, ref y, ref z, out V square, out _);
        V y00 = TLanes.Broadcast(T.CreateChecked(Table.Y00));
        TLanes.Store(y00, values);
        if (lmax == 0)
            return;

        T* k = table + Table.Index(1, 0);
        T* before = values, row = values + 2 * stride;
        First(k, x, y, z, y00, row, stride);
        k = table + Table.Index(2, 0);
        for (int l = 2; l <= lmax; l++)
        {
            T* previous = row;
            row += 2 * l * stride;
            V az = TLanes.Multiply(TLanes.Broadcast(k[Table.A]), z);
            V br = TLanes.Multiply(TLanes.Broadcast(k[Table.B]), square);
            TLanes.Store(Next(az, TLanes.Load(previous), br, TLanes.Load(before)), row);
            k += Table.PerEntry;
            nint c = stride, s = -stride;
            for (int m = 1; m < l - 1; m++)
            {
                az = TLanes.Multiply(TLanes.Broadcast(k[Table.A]), z);
                br = TLanes.Multiply(TLanes.Broadcast(k[Table.B]), square);
                TLanes.Store(Next(az, TLanes.Load(previous + c), br, TLanes.Load(before + c)), row + c);
                TLanes.Store(Next(az, TLanes.Load(previous + s), br, TLanes.Load(before + s)), row + s);
                k += Table.PerEntry;
                c += stride;
                s -= stride;
            }

            V cos = TLanes.Load(previous + c), sin = TLanes.Load(previous + s);
            az = TLanes.Multiply(TLanes.Broadcast(k[Table.A]), z);
            TLanes.Store(TLanes.Multiply(az, cos), row + c);
            TLanes.Store(TLanes.Multiply(az, sin), row + s);
            k += Table.PerEntry;
            Sectoral(k, x, y, cos, sin, row + c + stride, row + s - stride);
            k += Table.PerEntry;
            before = previous;
        }
    }

    /// <summary>
    /// Values and gradients of one register of points; component q of the gradient of lm starts at
    /// q·<paramref name="plane"/> + lm·stride of <paramref name="gradients"/>. With <paramref name="chain"/> the gradients
    /// of normalised functions are those with respect to r; without, those of the solid functions at u.
    /// </summary>
    internal static void Gradients(
        T* px, T* py, T* pz, T* table, int lmax, bool normalised, bool chain,
        T* values, nint stride, T* gradients, nint plane)
    {
        if (normalised && chain)
            Gradients<Chain>(px, py, pz, table, lmax, true, values, stride, gradients, plane);
        else
            Gradients<NoChain>(px, py, pz, table, lmax, normalised, values, stride, gradients, plane);
    }

    /// <summary>With and without the chain rule are code of their own: a branch at every store cost up to two fifths of the time.</summary>
    private static void Gradients<TChain>(
        T* px, T* py, T* pz, T* table, int lmax, bool normalised,
        T* values, nint stride, T* gradients, nint plane)
        where TChain : struct
    {
        V x = TLanes.Load(px), y = TLanes.Load(py), z = TLanes.Load(pz);
        Direction(normalised, ref x, ref y, ref z, out V square, out V inverse);
        bool radial = typeof(TChain) == typeof(Chain), far = lmax >= Large || stride * sizeof(T) > 64;
        V ux = TLanes.Multiply(x, inverse), uy = TLanes.Multiply(y, inverse), uz = TLanes.Multiply(z, inverse);
        V lx = ux, ly = uy, lz = uz;

        V y00 = TLanes.Broadcast(T.CreateChecked(Table.Y00)), zero = TLanes.Zero;
        TLanes.Store(y00, values);
        TLanes.Store(zero, gradients);
        TLanes.Store(zero, gradients + plane);
        TLanes.Store(zero, gradients + 2 * plane);
        if (lmax == 0)
            return;

        T* k = table + Table.Index(1, 0);
        T* before = values, row = values + 2 * stride;
        T* gx = gradients + 2 * stride, gy = gx + plane, gz = gy + plane;
        First(k, x, y, z, y00, row, stride);
        {
            V g = TLanes.Multiply(TLanes.Broadcast(k[Table.Zeta]), y00);
            if (radial)
                g = TLanes.Multiply(g, inverse);

            Put(radial, zero, zero, g, TLanes.Load(row), lx, ly, lz, gx, gy, gz);
            Put(radial, zero, g, zero, TLanes.Load(row - stride), lx, ly, lz, gx - stride, gy - stride, gz - stride);
            Put(radial, g, zero, zero, TLanes.Load(row + stride), lx, ly, lz, gx + stride, gy + stride, gz + stride);
        }

        k = table + Table.Index(2, 0);
        for (int l = 2; l <= lmax; l++)
        {
            T* previous = row;
            nint step = 2 * l * stride;
            row += step;
            gx += step;
            gy += step;
            gz += step;
            if (radial)
            {
                lx = TLanes.Add(lx, ux);
                ly = TLanes.Add(ly, uy);
                lz = TLanes.Add(lz, uz);
            }

            nint c = stride, s = -stride;
            V c0 = TLanes.Load(previous), c1 = TLanes.Load(previous + c), s1 = TLanes.Load(previous + s), s0 = zero;
            V az = TLanes.Multiply(TLanes.Broadcast(k[Table.A]), z);
            V br = TLanes.Multiply(TLanes.Broadcast(k[Table.B]), square);
            V value = Next(az, c0, br, TLanes.Load(before));
            TLanes.Store(value, row);
            Factors(k, radial, inverse, out V zeta, out V alpha, out V beta);
            V minus = TLanes.Negate(alpha);
            Put(radial, TLanes.Multiply(minus, c1), TLanes.Multiply(minus, s1), TLanes.Multiply(zeta, c0),
                value, lx, ly, lz, gx, gy, gz);
            k += Table.PerEntry;

            for (int m = 1; m < l - 1; m++)
            {
                if (far)
                    Fetch(row, gx, gy, gz, c + stride, s - stride);

                V c2 = TLanes.Load(previous + c + stride), s2 = TLanes.Load(previous + s - stride);
                az = TLanes.Multiply(TLanes.Broadcast(k[Table.A]), z);
                br = TLanes.Multiply(TLanes.Broadcast(k[Table.B]), square);
                Factors(k, radial, inverse, out zeta, out alpha, out beta);
                value = Next(az, c1, br, TLanes.Load(before + c));
                TLanes.Store(value, row + c);
                Put(radial,
                    TLanes.SubtractProduct(alpha, c2, TLanes.Multiply(beta, c0)),
                    TLanes.SubtractProduct(alpha, s2, TLanes.Negate(TLanes.Multiply(beta, s0))),
                    TLanes.Multiply(zeta, c1), value, lx, ly, lz, gx + c, gy + c, gz + c);
                value = Next(az, s1, br, TLanes.Load(before + s));
                TLanes.Store(value, row + s);
                Put(radial,
                    TLanes.SubtractProduct(alpha, s2, TLanes.Multiply(beta, s0)),
                    TLanes.MultiplyAdd(alpha, c2, TLanes.Multiply(beta, c0)),
                    TLanes.Multiply(zeta, s1), value, lx, ly, lz, gx + s, gy + s, gz + s);
                c0 = c1;
                s0 = s1;
                c1 = c2;
                s1 = s2;
                k += Table.PerEntry;
                c += stride;
                s -= stride;
            }

            // m = l − 1: R_{l−2,m} and R_{l−1,m+1} do not exist.
            if (far)
                Fetch(row, gx, gy, gz, c + stride, s - stride);

            az = TLanes.Multiply(TLanes.Broadcast(k[Table.A]), z);
            Factors(k, radial, inverse, out zeta, out _, out beta);
            V bc = TLanes.Multiply(beta, c0), bs = TLanes.Multiply(beta, s0);
            value = TLanes.Multiply(az, c1);
            TLanes.Store(value, row + c);
            Put(radial, bc, TLanes.Negate(bs), TLanes.Multiply(zeta, c1), value, lx, ly, lz, gx + c, gy + c, gz + c);
            value = TLanes.Multiply(az, s1);
            TLanes.Store(value, row + s);
            Put(radial, bs, bc, TLanes.Multiply(zeta, s1), value, lx, ly, lz, gx + s, gy + s, gz + s);
            k += Table.PerEntry;

            // m = l: only R_{l−1,l−1}.
            c += stride;
            s -= stride;
            Sectoral(k, x, y, c1, s1, row + c, row + s);
            Factors(k, radial, inverse, out _, out _, out beta);
            bc = TLanes.Multiply(beta, c1);
            bs = TLanes.Multiply(beta, s1);
            Put(radial, bc, TLanes.Negate(bs), zero, TLanes.Load(row + c), lx, ly, lz, gx + c, gy + c, gz + c);
            Put(radial, bs, bc, zero, TLanes.Load(row + s), lx, ly, lz, gx + s, gy + s, gz + s);
            k += Table.PerEntry;
            before = previous;
        }
    }

    /// <summary>
    /// Second derivatives (planes xx, xy, xz, yy, yz, zz) of one register of points, after <see cref="Gradients"/> without
    /// the chain rule; then the chain rule for normalised functions, on the gradients too.
    /// </summary>
    internal static void Hessians(
        T* px, T* py, T* pz, T* table, int lmax, bool normalised,
        T* values, nint stride, T* gradients, nint plane, T* hessians)
    {
        V zero = TLanes.Zero;
        int low = Math.Min(lmax, 1);
        for (int lm = 0; lm < (low + 1) * (low + 1); lm++)
        {
            for (int q = 0; q < 6; q++)
                TLanes.Store(zero, hessians + q * plane + lm * stride);
        }

        for (int l = 2; l <= lmax; l++)
        {
            T* dx = gradients + l * (l - 1) * stride;
            T* h = hessians + l * (l + 1) * stride;
            for (int m = 0; m <= l; m++)
            {
                T* k = table + Table.Index(l, m);
                nint c = m * stride, s = -c;
                V alpha = TLanes.Broadcast(m < l - 1 ? k[Table.Alpha] : T.Zero), beta = TLanes.Broadcast(k[Table.Beta]);
                V zeta = TLanes.Broadcast(m < l ? k[Table.Zeta] : T.Zero);
                Ladder(dx, m, l, stride, alpha, beta, out V xx, out V xxs, out V xy, out V xys);
                Ladder(dx + plane, m, l, stride, alpha, beta, out _, out _, out V yy, out V yys);
                V xz = zero, xzs = zero, yz = zero, yzs = zero;
                if (m < l)
                {
                    xz = TLanes.Multiply(zeta, TLanes.Load(dx + c));
                    yz = TLanes.Multiply(zeta, TLanes.Load(dx + plane + c));
                    xzs = TLanes.Multiply(zeta, TLanes.Load(dx + s));
                    yzs = TLanes.Multiply(zeta, TLanes.Load(dx + plane + s));
                }

                if (m > 0)
                    Put(h + s, plane, xxs, xys, xzs, yys, yzs);

                Put(h + c, plane, xx, xy, xz, yy, yz);
            }
        }

        if (normalised)
            ChainRule(px, py, pz, lmax, values, stride, gradients, plane, hessians);
    }

    /// <summary>∂x and ∂y of degree l, cosine and sine, from the row f of degree l − 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ladder(
        T* f, int m, int l, nint stride, V alpha, V beta, out V xc, out V xs, out V yc, out V ys)
    {
        V c0 = TLanes.Zero, s0 = TLanes.Zero, c2 = TLanes.Zero, s2 = TLanes.Zero;
        if (m > 0)
            c0 = TLanes.Multiply(beta, TLanes.Load(f + (m - 1) * stride));

        if (m > 1)
            s0 = TLanes.Multiply(beta, TLanes.Load(f - (m - 1) * stride));

        if (m < l - 1)
        {
            c2 = TLanes.Load(f + (m + 1) * stride);
            s2 = TLanes.Load(f - (m + 1) * stride);
        }

        xc = TLanes.SubtractProduct(alpha, c2, c0);
        xs = TLanes.SubtractProduct(alpha, s2, s0);
        yc = TLanes.SubtractProduct(alpha, s2, TLanes.Negate(s0));
        ys = TLanes.MultiplyAdd(alpha, c2, c0);
    }

    /// <summary>Six second derivatives; the functions are harmonic, so zz = −xx − yy.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(T* h, nint plane, V xx, V xy, V xz, V yy, V yz)
    {
        TLanes.Store(xx, h);
        TLanes.Store(xy, h + plane);
        TLanes.Store(xz, h + 2 * plane);
        TLanes.Store(yy, h + 3 * plane);
        TLanes.Store(yz, h + 4 * plane);
        TLanes.Store(TLanes.Negate(TLanes.Add(xx, yy)), h + 5 * plane);
    }

    /// <summary>
    /// From R, G = ∇R, H = ∇∇R at u to Y(r) = R(r)/|r|^l: ∇Y = (G − l u R)/|r| and
    /// ∂i∂jY = (H_ij − l (u_i G_j + u_j G_i + δ_ij R) + l (l + 2) u_i u_j R)/|r|².
    /// </summary>
    private static void ChainRule(
        T* px, T* py, T* pz, int lmax, T* values, nint stride, T* gradients, nint plane, T* hessians)
    {
        V x = TLanes.Load(px), y = TLanes.Load(py), z = TLanes.Load(pz);
        Direction(true, ref x, ref y, ref z, out _, out V inverse);
        for (int l = 0; l <= lmax; l++)
        {
            V first = TLanes.Broadcast(T.CreateChecked(l)), second = TLanes.Broadcast(T.CreateChecked(l * (l + 2)));
            for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
            {
                T* g = gradients + lm * stride, h = hessians + lm * stride;
                V value = TLanes.Load(values + lm * stride);
                V lv = TLanes.Multiply(first, value), sv = TLanes.Multiply(second, value);
                V gx = TLanes.Load(g), gy = TLanes.Load(g + plane), gz = TLanes.Load(g + 2 * plane);
                V sx = TLanes.SubtractProduct(first, gx, TLanes.Multiply(sv, x));
                V sy = TLanes.SubtractProduct(first, gy, TLanes.Multiply(sv, y));
                V sz = TLanes.SubtractProduct(first, gz, TLanes.Multiply(sv, z));
                V lgx = TLanes.Multiply(first, gx), lgy = TLanes.Multiply(first, gy), lgz = TLanes.Multiply(first, gz);
                Second(h, x, lgx, sx, lv, inverse);
                Second(h + plane, x, lgy, TLanes.Multiply(sx, y), inverse);
                Second(h + 2 * plane, x, lgz, TLanes.Multiply(sx, z), inverse);
                Second(h + 3 * plane, y, lgy, sy, lv, inverse);
                Second(h + 4 * plane, y, lgz, TLanes.Multiply(sy, z), inverse);
                Second(h + 5 * plane, z, lgz, sz, lv, inverse);
                TLanes.Store(TLanes.Multiply(TLanes.SubtractProduct(lv, x, gx), inverse), g);
                TLanes.Store(TLanes.Multiply(TLanes.SubtractProduct(lv, y, gy), inverse), g + plane);
                TLanes.Store(TLanes.Multiply(TLanes.SubtractProduct(lv, z, gz), inverse), g + 2 * plane);
            }
        }
    }

    /// <summary>ij with i ≠ j: H − u_i l G_j + (l(l+2) R u_i − l G_i) u_j, over r².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Second(T* h, V ui, V lgj, V rest, V inverse) =>
        TLanes.Store(
            TLanes.Multiply(TLanes.Multiply(TLanes.Add(TLanes.SubtractProduct(ui, lgj, TLanes.Load(h)), rest), inverse), inverse), h);

    /// <summary>The diagonal has − l R besides.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Second(T* h, V ui, V lgi, V si, V lv, V inverse) =>
        Second(h, ui, lgi, TLanes.Subtract(TLanes.Multiply(si, ui), lv), inverse);

    /// <summary>Degree 1: z, and y and x beside it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void First(T* k, V x, V y, V z, V y00, T* row, nint stride)
    {
        V a = TLanes.Multiply(TLanes.Broadcast(k[Table.A]), y00);
        V s = TLanes.Multiply(TLanes.Broadcast(k[Table.PerEntry + Table.A]), y00);
        TLanes.Store(TLanes.Multiply(s, y), row - stride);
        TLanes.Store(TLanes.Multiply(a, z), row);
        TLanes.Store(TLanes.Multiply(s, x), row + stride);
    }

    /// <summary>a z R_{l−1,m} − b r² R_{l−2,m}.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Next(V az, V one, V br, V two) => TLanes.SubtractProduct(br, two, TLanes.Multiply(az, one));

    /// <summary>R_{l,±l} from R_{l−1,±(l−1)}.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sectoral(T* k, V x, V y, V c, V s, T* cos, T* sin)
    {
        V f = TLanes.Broadcast(k[Table.A]);
        V fx = TLanes.Multiply(f, x), fy = TLanes.Multiply(f, y);
        TLanes.Store(TLanes.SubtractProduct(fy, s, TLanes.Multiply(fx, c)), cos);
        TLanes.Store(TLanes.MultiplyAdd(fx, s, TLanes.Multiply(fy, c)), sin);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Factors(T* k, bool radial, V inverse, out V zeta, out V alpha, out V beta)
    {
        zeta = TLanes.Broadcast(k[Table.Zeta]);
        alpha = TLanes.Broadcast(k[Table.Alpha]);
        beta = TLanes.Broadcast(k[Table.Beta]);
        if (radial)
        {
            zeta = TLanes.Multiply(zeta, inverse);
            alpha = TLanes.Multiply(alpha, inverse);
            beta = TLanes.Multiply(beta, inverse);
        }
    }

    /// <summary>Asks for the lines that the next m will be stored to: stores alone wait for the second-level cache one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(T* row, T* gx, T* gy, T* gz, nint c, nint s)
    {
        CacheLine.Fetch(row + c);
        CacheLine.Fetch(gx + c);
        CacheLine.Fetch(gy + c);
        CacheLine.Fetch(gz + c);
        CacheLine.Fetch(row + s);
        CacheLine.Fetch(gx + s);
        CacheLine.Fetch(gy + s);
        CacheLine.Fetch(gz + s);
    }

    /// <summary>Stores a gradient, less its radial part l u Y/|r| for normalised functions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(bool radial, V x, V y, V z, V value, V lx, V ly, V lz, T* gx, T* gy, T* gz)
    {
        if (radial)
        {
            x = TLanes.SubtractProduct(lx, value, x);
            y = TLanes.SubtractProduct(ly, value, y);
            z = TLanes.SubtractProduct(lz, value, z);
        }

        TLanes.Store(x, gx);
        TLanes.Store(y, gy);
        TLanes.Store(z, gz);
    }
}
