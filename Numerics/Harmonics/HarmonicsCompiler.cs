using System;
using System.Collections.Concurrent;
using System.Numerics;
using Toolkit.Numerics.Simd;
using Table = Toolkit.Numerics.Harmonics.HarmonicsCoefficients;

namespace Toolkit.Numerics.Harmonics;

/// <summary>
/// One block of points: u (x, y, z), the square for the recursion, 1/|r| and Y_00, a register each; values and gradients
/// [row, lane]; the table of coefficients.
/// </summary>
internal unsafe delegate void HarmonicsBody<T>(T* point, T* values, T* gradients, T* table)
    where T : unmanaged;

/// <summary>
/// <see cref="HarmonicsKernel{TLanes, V, T}"/> for one lmax as straight-line code: the loops over m are
/// so short that half of its time goes to mispredicted branches. Operation by operation the same, so the same bits.
/// </summary>
internal sealed unsafe class HarmonicsCompiler<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Above these the code no longer fits the instruction cache and the compiler takes too long.</summary>
    internal const int LargestValues = 16, LargestGradients = 9;

    // Arguments.
    private const int Point = 0, Values = 1, Gradients = 2, Coefficients = 3;

    // Registers.
    private const int X = 0, Y = 1, Z = 2, Square = 3, Inverse = 4, Y00 = 5, Ux = 6, Lx = 9, Az = 12, Br = 13, Value = 14,
        C0 = 15, C1 = 16, C2 = 17, S0 = 18, S1 = 19, S2 = 20, Zeta = 21, Alpha = 22, Beta = 23, G = 24, H = 27, Sine = 30, Other = 31,
        Count = 32;

    private static readonly ConcurrentDictionary<(int LMax, bool Gradients, bool Radial), Lazy<HarmonicsBody<T>?>> Made = [];
    private static readonly int Lanes = 64 / sizeof(T);

    private readonly VectorEmitter<T> _to;
    private readonly int _lmax;
    private readonly bool _radial;

    private HarmonicsCompiler(VectorEmitter<T> to, int lmax, bool radial)
    {
        (_to, _lmax, _radial) = (to, lmax, radial);
        for (int q = X; q <= Y00; q++)
        {
            _to.Load(Point, q * Lanes);
            _to.Set(q);
        }
    }

    /// <summary>Code for values, or values and gradients; null where there is none. Radial: gradients of functions of the
    /// direction.</summary>
    internal static HarmonicsBody<T>? Get(int lmax, bool gradients, bool radial) =>
        Made.GetOrAdd((lmax, gradients, gradients && radial), static key => new(() => Make(key.LMax, key.Gradients, key.Radial))).Value;

    private static HarmonicsBody<T>? Make(int lmax, bool gradients, bool radial)
    {
        string name = $"harmonics {typeof(T).Name} lmax {lmax}{(gradients ? " with gradients" : "")}{(radial ? " of directions" : "")}";
        return EmittedKernels.Get<T, HarmonicsBody<T>>(name, [typeof(T*), typeof(T*), typeof(T*), typeof(T*)], Count, to =>
        {
            var compiler = new HarmonicsCompiler<T>(to, lmax, radial);
            if (gradients) compiler.EmitGradients();
            else compiler.EmitValues();
        });
    }

    private static int Row(int l, int m) => (l * l + l + m) * Lanes;

    private void EmitValues()
    {
        _to.Store(Values, 0, Y00);
        EmitFirst();
        for (int l = 2; l <= _lmax; l++)
        {
            for (int m = 0; m < l; m++)
            {
                Steps(l, m);
                for (int sign = 1; sign >= (m > 0 ? -1 : 1); sign -= 2)
                {
                    _to.Load(Values, Row(l - 1, sign * m));
                    _to.Set(C1);
                    EmitNext(l, sign * m, C1);
                }
            }

            _to.Load(Values, Row(l - 1, l - 1));
            _to.Set(C1);
            _to.Load(Values, Row(l - 1, 1 - l));
            _to.Set(S1);
            EmitSectoral(l, C1, S1);
        }
    }

    private void EmitGradients()
    {
        _to.Store(Values, 0, Y00);
        for (int q = 0; q < 3; q++)
        {
            SetZero(G + q);
            _to.Store(Gradients, q * Plane, G + q);
            if (_radial)
            {
                Multiply(Ux + q, X + q, Inverse);
                _to.Get(Ux + q);
                _to.Set(Lx + q);
            }
        }

        if (_lmax == 0)
            return;

        EmitFirst();
        MultiplyCoefficient(Other, Table.Index(1, 0) + Table.Zeta, Y00);
        if (_radial)
            Multiply(Other, Other, Inverse);

        foreach ((int m, int axis) in new[] { (0, 2), (-1, 1), (1, 0) })
        {
            for (int q = 0; q < 3; q++)
                SetZero(G + q);

            _to.Get(Other);
            _to.Set(G + axis);
            LoadValue(1, m, Value);
            Put(1, m, Value, G);
        }

        for (int l = 2; l <= _lmax; l++)
            EmitDegree(l);
    }

    private int Plane => (_lmax + 1) * (_lmax + 1) * Lanes;

    private void EmitDegree(int l)
    {
        for (int q = 0; _radial && q < 3; q++)
        {
            _to.Get(Lx + q);
            _to.Get(Ux + q);
            _to.Add();
            _to.Set(Lx + q);
        }

        // Rows m − 1, m, m + 1 of degree l − 1, cosine and sine; they change names as m grows.
        (int c0, int c1, int c2, int s0, int s1, int s2) = (C0, C1, C2, S0, S1, S2);
        LoadValue(l - 1, 0, c0);
        LoadValue(l - 1, 1, c1);
        LoadValue(l - 1, -1, s1);
        SetZero(s0);
        Steps(l, 0);
        EmitNext(l, 0, c0);
        Factors(l, 0);
        Negative(G, Alpha, c1);
        Negative(G + 1, Alpha, s1);
        Multiply(G + 2, Zeta, c0);
        Put(l, 0, Value, G);
        for (int m = 1; m < l - 1; m++)
        {
            LoadValue(l - 1, m + 1, c2);
            LoadValue(l - 1, -m - 1, s2);
            Steps(l, m);
            Factors(l, m);
            // Other work stands between a product and the sum that it goes into: then the compiler adds to it in place.
            Multiply(Value, Az, c1);
            Multiply(H + 1, Beta, c0);
            SubtractStep(l, m, Value);
            Multiply(H, Beta, s0);
            SubtractProduct(G, Alpha, c2, H + 1);
            NegativeSum(G + 1, Alpha, s2, H);
            Multiply(G + 2, Zeta, c1);
            Put(l, m, Value, G);
            Multiply(Sine, Az, s1);
            MultiplyAdd(H + 1, Alpha, c2, H + 1);
            SubtractStep(l, -m, Sine);
            SubtractProduct(H, Alpha, s2, H);
            Multiply(H + 2, Zeta, s1);
            Put(l, -m, Sine, H);
            (c0, c1, c2, s0, s1, s2) = (c1, c2, c0, s1, s2, s0);
        }

        Steps(l, l - 1);
        Factors(l, l - 1);
        Multiply(Value, Az, c1);
        Multiply(Sine, Az, s1);
        _to.Store(Values, Row(l, l - 1), Value);
        _to.Store(Values, Row(l, 1 - l), Sine);
        Multiply(G, Beta, c0);
        Negative(G + 1, Beta, s0);
        Multiply(G + 2, Zeta, c1);
        Multiply(H, Beta, s0);
        Multiply(H + 1, Beta, c0);
        Multiply(H + 2, Zeta, s1);
        Put(l, l - 1, Value, G);
        Put(l, 1 - l, Sine, H);

        EmitSectoral(l, c1, s1);
        Factors(l, l);
        Multiply(G, Beta, c1);
        Negative(G + 1, Beta, s1);
        SetZero(G + 2);
        Multiply(H, Beta, s1);
        Multiply(H + 1, Beta, c1);
        SetZero(H + 2);
        Put(l, l, Value, G);
        Put(l, -l, Sine, H);
    }

    /// <summary>a z and b r² of (l, m).</summary>
    private void Steps(int l, int m)
    {
        MultiplyCoefficient(Az, Table.Index(l, m) + Table.A, Z);
        if (m < l - 1)
            MultiplyCoefficient(Br, Table.Index(l, m) + Table.B, Square);
    }

    /// <summary>a z R_{l−1,m} − b r² R_{l−2,m}, stored and left in Value.</summary>
    private void EmitNext(int l, int m, int previous)
    {
        Multiply(Value, Az, previous);
        SubtractStep(l, m, Value);
    }

    /// <summary>The second term of it, where there is one.</summary>
    private void SubtractStep(int l, int m, int value)
    {
        if (Math.Abs(m) < l - 1)
        {
            LoadValue(l - 2, m, Other);
            SubtractProduct(value, Br, Other, value);
        }

        _to.Store(Values, Row(l, m), value);
    }

    private void EmitFirst()
    {
        if (_lmax == 0)
            return;

        MultiplyCoefficient(Az, Table.Index(1, 0) + Table.A, Y00);
        MultiplyCoefficient(Br, Table.Index(1, 1) + Table.A, Y00);
        Multiply(Value, Br, Y);
        _to.Store(Values, Row(1, -1), Value);
        Multiply(Value, Az, Z);
        _to.Store(Values, Row(1, 0), Value);
        Multiply(Value, Br, X);
        _to.Store(Values, Row(1, 1), Value);
    }

    /// <summary>R_{l,±l} from R_{l−1,±(l−1)}, stored and left in Value and Sine.</summary>
    private void EmitSectoral(int l, int cosine, int sine)
    {
        MultiplyCoefficient(Az, Table.Index(l, l) + Table.A, X);
        MultiplyCoefficient(Br, Table.Index(l, l) + Table.A, Y);
        Multiply(Value, Az, cosine);
        Multiply(Sine, Br, cosine);
        SubtractProduct(Value, Br, sine, Value);
        MultiplyAdd(Sine, Az, sine, Sine);
        _to.Store(Values, Row(l, l), Value);
        _to.Store(Values, Row(l, -l), Sine);
    }

    private void Factors(int l, int m)
    {
        foreach ((int register, int which) in new[] { (Zeta, Table.Zeta), (Alpha, Table.Alpha), (Beta, Table.Beta) })
        {
            _to.Broadcast(Coefficients, Table.Index(l, m) + which);
            _to.Set(register);
            if (_radial)
                Multiply(register, register, Inverse);
        }
    }

    /// <summary>Stores the gradient in three registers, less its radial part.</summary>
    private void Put(int l, int m, int value, int gradient)
    {
        for (int q = 0; q < 3; q++)
        {
            if (_radial)
                SubtractProduct(gradient + q, Lx + q, value, gradient + q);

            _to.Store(Gradients, q * Plane + Row(l, m), gradient + q);
        }
    }

    private void LoadValue(int l, int m, int register)
    {
        _to.Load(Values, Row(l, m));
        _to.Set(register);
    }

    private void SetZero(int register)
    {
        _to.Zero();
        _to.Set(register);
    }

    private void MultiplyCoefficient(int register, int coefficient, int b)
    {
        _to.Broadcast(Coefficients, coefficient);
        _to.Get(b);
        _to.Multiply();
        _to.Set(register);
    }

    private void Multiply(int register, int a, int b)
    {
        _to.Get(a);
        _to.Get(b);
        _to.Multiply();
        _to.Set(register);
    }

    private void MultiplyAdd(int register, int a, int b, int c)
    {
        _to.Get(a);
        _to.Get(b);
        _to.Get(c);
        _to.MultiplyAdd();
        _to.Set(register);
    }

    private void SubtractProduct(int register, int a, int b, int c)
    {
        _to.Get(a);
        _to.Get(b);
        _to.Get(c);
        _to.SubtractProduct();
        _to.Set(register);
    }

    private void NegativeSum(int register, int a, int b, int c)
    {
        _to.Get(a);
        _to.Get(b);
        _to.Get(c);
        _to.NegativeSum();
        _to.Set(register);
    }

    private void Negative(int register, int a, int b)
    {
        _to.Get(a);
        _to.Get(b);
        _to.Zero();
        _to.NegativeSum();
        _to.Set(register);
    }
}
