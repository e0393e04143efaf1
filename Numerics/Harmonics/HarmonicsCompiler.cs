using System;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
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
/// <see cref="HarmonicsKernel{TLanes, V, T}"/> for one lmax as straight-line code, made at run time: the loops over m are
/// so short that half of its time goes to mispredicted branches. Operation by operation the same, so the same bits.
/// </summary>
[RequiresDynamicCode("emits code")]
internal sealed unsafe class HarmonicsCompiler<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Above these the code no longer fits the instruction cache and the compiler takes too long.</summary>
    internal const int LargestValues = 16, LargestGradients = 10;

    // Arguments.
    private const int Point = 0, Values = 1, Gradients = 2, Coefficients = 3;

    // Registers.
    private const int X = 0, Y = 1, Z = 2, Square = 3, Inverse = 4, Y00 = 5, Ux = 6, Lx = 9, Az = 12, Br = 13, Value = 14,
        C0 = 15, C1 = 16, C2 = 17, S0 = 18, S1 = 19, S2 = 20, Zeta = 21, Alpha = 22, Beta = 23, G = 24, Other = 27, Count = 29;

    private static readonly ConcurrentDictionary<(int LMax, bool Gradients, bool Radial), Lazy<HarmonicsBody<T>>> Made = [];
    private static readonly int Lanes = 64 / sizeof(T);

    private readonly VectorEmitter<T> _to;
    private readonly int _lmax;
    private readonly bool _radial;

    private HarmonicsCompiler(int lmax, bool radial)
    {
        (_lmax, _radial) = (lmax, radial);
        _to = new VectorEmitter<T>([typeof(T*), typeof(T*), typeof(T*), typeof(T*)], Count);
        for (int q = X; q <= Y00; q++)
        {
            _to.Load(Point, q * Lanes);
            _to.Set(q);
        }
    }

    /// <summary>Code for values, or values and gradients; radial: gradients of functions of the direction.</summary>
    internal static HarmonicsBody<T> Get(int lmax, bool gradients, bool radial) =>
        Made.GetOrAdd((lmax, gradients, gradients && radial), static key => new(() =>
        {
            var compiler = new HarmonicsCompiler<T>(key.LMax, key.Radial);
            if (key.Gradients)
            {
                compiler.EmitGradients();
            }
            else
            {
                compiler.EmitValues();
            }

            return compiler._to.End<HarmonicsBody<T>>();
        })).Value;

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
            EmitSectoral(l);
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
        {
            return;
        }

        EmitFirst();
        MultiplyCoefficient(Other, Table.Index(1, 0) + Table.Zeta, Y00);
        if (_radial)
        {
            Multiply(Other, Other, Inverse);
        }

        foreach ((int m, int axis) in new[] { (0, 2), (-1, 1), (1, 0) })
        {
            for (int q = 0; q < 3; q++)
            {
                SetZero(G + q);
            }

            _to.Get(Other);
            _to.Set(G + axis);
            LoadValue(1, m, Value);
            Put(1, m);
        }

        for (int l = 2; l <= _lmax; l++)
        {
            EmitDegree(l);
        }
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

        LoadValue(l - 1, 0, C0);
        LoadValue(l - 1, 1, C1);
        LoadValue(l - 1, -1, S1);
        SetZero(S0);
        Steps(l, 0);
        EmitNext(l, 0, C0);
        Factors(l, 0);
        Negative(G, Alpha, C1);
        Negative(G + 1, Alpha, S1);
        Multiply(G + 2, Zeta, C0);
        Put(l, 0);
        for (int m = 1; m < l - 1; m++)
        {
            LoadValue(l - 1, m + 1, C2);
            LoadValue(l - 1, -m - 1, S2);
            Steps(l, m);
            Factors(l, m);
            EmitNext(l, m, C1);
            Multiply(G, Beta, C0);
            SubtractProduct(G, Alpha, C2, G);
            Negative(G + 1, Beta, S0);
            SubtractProduct(G + 1, Alpha, S2, G + 1);
            Multiply(G + 2, Zeta, C1);
            Put(l, m);
            EmitNext(l, -m, S1);
            Multiply(G, Beta, S0);
            SubtractProduct(G, Alpha, S2, G);
            Multiply(G + 1, Beta, C0);
            MultiplyAdd(G + 1, Alpha, C2, G + 1);
            Multiply(G + 2, Zeta, S1);
            Put(l, -m);
            (int from, int to)[] moves = [(C1, C0), (S1, S0), (C2, C1), (S2, S1)];
            foreach ((int from, int to) in moves)
            {
                _to.Get(from);
                _to.Set(to);
            }
        }

        Steps(l, l - 1);
        Factors(l, l - 1);
        EmitNext(l, l - 1, C1);
        Multiply(G, Beta, C0);
        Negative(G + 1, Beta, S0);
        Multiply(G + 2, Zeta, C1);
        Put(l, l - 1);
        EmitNext(l, 1 - l, S1);
        Multiply(G, Beta, S0);
        Multiply(G + 1, Beta, C0);
        Multiply(G + 2, Zeta, S1);
        Put(l, 1 - l);

        EmitSectoral(l);
        Factors(l, l);
        LoadValue(l, l, Value);
        Multiply(G, Beta, C1);
        Negative(G + 1, Beta, S1);
        SetZero(G + 2);
        Put(l, l);
        LoadValue(l, -l, Value);
        Multiply(G, Beta, S1);
        Multiply(G + 1, Beta, C1);
        SetZero(G + 2);
        Put(l, -l);
    }

    /// <summary>a z and b r² of (l, m).</summary>
    private void Steps(int l, int m)
    {
        MultiplyCoefficient(Az, Table.Index(l, m) + Table.A, Z);
        if (m < l - 1)
        {
            MultiplyCoefficient(Br, Table.Index(l, m) + Table.B, Square);
        }
    }

    /// <summary>a z R_{l−1,m} − b r² R_{l−2,m}, stored and left in Value.</summary>
    private void EmitNext(int l, int m, int previous)
    {
        Multiply(Value, Az, previous);
        if (Math.Abs(m) < l - 1)
        {
            LoadValue(l - 2, m, Other);
            SubtractProduct(Value, Br, Other, Value);
        }

        _to.Store(Values, Row(l, m), Value);
    }

    private void EmitFirst()
    {
        if (_lmax == 0)
        {
            return;
        }

        MultiplyCoefficient(Az, Table.Index(1, 0) + Table.A, Y00);
        MultiplyCoefficient(Br, Table.Index(1, 1) + Table.A, Y00);
        Multiply(Value, Br, Y);
        _to.Store(Values, Row(1, -1), Value);
        Multiply(Value, Az, Z);
        _to.Store(Values, Row(1, 0), Value);
        Multiply(Value, Br, X);
        _to.Store(Values, Row(1, 1), Value);
    }

    /// <summary>R_{l,±l} from C1 and S1.</summary>
    private void EmitSectoral(int l)
    {
        MultiplyCoefficient(Az, Table.Index(l, l) + Table.A, X);
        MultiplyCoefficient(Br, Table.Index(l, l) + Table.A, Y);
        Multiply(Value, Az, C1);
        SubtractProduct(Value, Br, S1, Value);
        _to.Store(Values, Row(l, l), Value);
        Multiply(Value, Br, C1);
        MultiplyAdd(Value, Az, S1, Value);
        _to.Store(Values, Row(l, -l), Value);
    }

    private void Factors(int l, int m)
    {
        foreach ((int register, int which) in new[] { (Zeta, Table.Zeta), (Alpha, Table.Alpha), (Beta, Table.Beta) })
        {
            _to.Broadcast(Coefficients, Table.Index(l, m) + which);
            _to.Set(register);
            if (_radial)
            {
                Multiply(register, register, Inverse);
            }
        }
    }

    /// <summary>Stores the gradient in G…, less its radial part.</summary>
    private void Put(int l, int m)
    {
        for (int q = 0; q < 3; q++)
        {
            if (_radial)
            {
                SubtractProduct(G + q, Lx + q, Value, G + q);
            }

            _to.Store(Gradients, q * Plane + Row(l, m), G + q);
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

    private void Negative(int register, int a, int b)
    {
        _to.Get(a);
        _to.Get(b);
        _to.Zero();
        _to.SubtractProduct();
        _to.Set(register);
    }
}
