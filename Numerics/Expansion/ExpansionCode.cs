using System;
using System.Collections.Concurrent;
using System.Linq;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// The innermost loops of an expansion for one lmax as straight-line code: the loops over m are so short
/// that their mispredicted ends cost as much as their bodies, and a variable number of sums cannot stay in registers.
/// </summary>
/// <remarks>
/// Eight n per lane throughout. Of the operands of a multiply-add, radial functions and coefficients are loaded once for
/// all m, or pairs, that they meet; the harmonics are broadcast by the multiply-add itself.
/// </remarks>
internal sealed unsafe class ExpansionCode
{
    /// <summary>Adds some (l, m) of some pairs to a column of coefficients.</summary>
    /// <param name="radial">f g: <c>[pair, l, n]</c>, from n on.</param>
    /// <param name="weights">Y, or v_q Y: <c>[lm, lane]</c>.</param>
    /// <param name="coefficients"><c>[lm, column, n]</c>, from (column, n) on.</param>
    /// <param name="width">Bytes from lm to lm of the coefficients.</param>
    /// <param name="pairs">How many pairs, at least one.</param>
    internal delegate void AddBody(double* radial, double* weights, double* coefficients, nint width, int pairs);

    /// <summary>The changes of dE/dc · c with two pairs.</summary>
    /// <param name="adjoint">dE/dc: <c>[lm, column, n]</c>, from (column, n) on.</param>
    /// <param name="width">Bytes from lm to lm of the same.</param>
    /// <param name="harmonics">Y: <c>[lm, lane]</c>, from the first pair's lane on.</param>
    /// <param name="gradients">∇Y: <c>[xyz, lm, lane]</c>, likewise.</param>
    /// <param name="radial">f g: <c>[pair, l, n]</c>, from n of the first pair on.</param>
    /// <param name="slopes">d(f g)/dr: likewise.</param>
    /// <param name="sums">Receives <c>[r x y z, pair, n]</c>: the terms of dE/dr along the bond and across it.</param>
    internal delegate void SlopesBody(double* adjoint, nint width, double* harmonics, double* gradients, double* radial,
        double* slopes, double* sums);

    /// <summary>Pairs that <see cref="Slopes"/> takes at once.</summary>
    public const int PairsAtOnce = 2;

    private const int Lanes = EnvironmentScratch.Lanes;

    // Of the thirty-two registers some hold a radial function and what the compiler likes.
    private const int Held = 25;

    // The kinds of sums: along the bond, and x, y, z across it.
    private const int Kinds = 4;

    private static readonly ConcurrentDictionary<(int LMax, int Stride), Lazy<ExpansionCode?>> Made = [];

    private readonly AddBody[] _add;
    private readonly SlopesBody _slopes;

    private ExpansionCode(AddBody[] add, SlopesBody slopes) => (_add, _slopes) = (add, slopes);

    /// <summary>Code for degrees to <paramref name="lmax"/> and radial functions padded to <paramref name="stride"/>; null where none
    /// can be made.</summary>
    public static ExpansionCode? Get(int lmax, int stride) =>
        EmittedKernels.IsSupported ? Made.GetOrAdd((lmax, stride), static key => new(() => Make(key.LMax, key.Stride))).Value : null;

    private static ExpansionCode? Make(int lmax, int stride)
    {
        int lm = (lmax + 1) * (lmax + 1);
        AddBody?[] add = new AddBody?[(lm + Held - 1) / Held];
        for (int part = 0; part < add.Length; part++)
            add[part] = EmitAdd(lmax, stride, part * Held, Math.Min(lm, (part + 1) * Held));
        return EmitSlopes(lmax, stride) is { } slopes && !add.Contains(null) ? new ExpansionCode(add!, slopes) : null;
    }

    /// <summary>Adds some pairs to eight n of a column of coefficients.</summary>
    /// <param name="radial">f g: <c>[pair, l, n]</c>, from n on.</param>
    /// <param name="weights">Y, or v_q Y: <c>[lm, lane]</c>.</param>
    /// <param name="coefficients"><c>[lm, column, n]</c>, from (column, n) on.</param>
    /// <param name="width">Doubles from lm to lm of the coefficients.</param>
    /// <param name="pairs">How many pairs, at least one.</param>
    public void Add(double* radial, double* weights, double* coefficients, int width, int pairs)
    {
        foreach (AddBody body in _add)
            body(radial, weights, coefficients, (nint)width * sizeof(double), pairs);
    }

    /// <summary>What eight n of a column contribute to dE/dr of two pairs, as <see cref="SlopesBody"/> says, width in doubles.</summary>
    public void Slopes(double* adjoint, int width, double* harmonics, double* gradients, double* radial, double* slopes, double* sums) =>
        _slopes(adjoint, (nint)width * sizeof(double), harmonics, gradients, radial, slopes, sums);

    private static int Degree(int lm) => (int)Math.Sqrt(lm);

    /// <summary>The sums of all lm from first to end stay in registers for all pairs.</summary>
    private static AddBody? EmitAdd(int lmax, int stride, int first, int end)
    {
        const int radial = 0, weights = 1, coefficients = 2, width = 3, pairs = 4;
        int count = end - first;
        Type p = typeof(double*);
        return EmittedKernels.Get<double, AddBody>(
            $"expansion add lmax {lmax} stride {stride} from {first}", [p, p, p, typeof(nint), typeof(int)], count + 1, to =>
        {
            to.Advance(coefficients, width, first);
            for (int k = 0; k < count; k++)
            {
                to.Load(coefficients, 0);
                to.Set(k);
                if (k < count - 1) to.Advance(coefficients, width, 1);
            }
            to.Repeat(pairs, () =>
            {
                for (int lm = first; lm < end; lm++)
                {
                    int l = Degree(lm);
                    if (lm == first || l * l == lm)
                    {
                        to.Load(radial, l * stride);
                        to.Set(count);
                    }
                    to.Broadcast(weights, lm * Lanes);
                    to.Get(count);
                    to.AddProduct(lm - first, isFirst: false);
                }
                to.Advance(radial, (lmax + 1) * stride);
                to.Advance(weights, 1);
            });
            for (int k = count - 1; k >= 0; k--)
            {
                to.Store(coefficients, 0, k);
                if (k > 0) to.Advance(coefficients, width, -1);
            }
        });
    }

    /// <summary>Eight sums over m, of four kinds and two pairs, and eight over l.</summary>
    private static SlopesBody? EmitSlopes(int lmax, int stride)
    {
        const int adjoint = 0, width = 1, harmonics = 2, gradients = 3, radial = 4, slopes = 5, sums = 6;
        const int degree = 0, all = PairsAtOnce * Kinds, a = 2 * all;
        int plane = (lmax + 1) * (lmax + 1) * Lanes;
        Type p = typeof(double*);
        return EmittedKernels.Get<double, SlopesBody>(
            $"expansion slopes lmax {lmax} stride {stride}", [p, typeof(nint), p, p, p, p, p], a + 1, to =>
        {
            for (int l = 0; l <= lmax; l++)
            {
                for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                {
                    to.Load(adjoint, 0);
                    to.Set(a);
                    if (lm < plane / Lanes - 1) to.Advance(adjoint, width, 1);
                    for (int sum = 0; sum < all; sum++)
                    {
                        int kind = sum / PairsAtOnce, at = lm * Lanes + sum % PairsAtOnce;
                        if (kind == 0) to.Broadcast(harmonics, at);
                        else to.Broadcast(gradients, (kind - 1) * plane + at);
                        to.Get(a);
                        to.AddProduct(degree + sum, isFirst: lm == l * l);
                    }
                }
                for (int sum = 0; sum < all; sum++)
                {
                    to.Load(sum < PairsAtOnce ? slopes : radial, (sum % PairsAtOnce * (lmax + 1) + l) * stride);
                    to.Get(degree + sum);
                    to.AddProduct(all + sum, isFirst: l == 0);
                }
            }
            for (int sum = 0; sum < all; sum++)
                to.Store(sums, sum / PairsAtOnce * Lanes * Lanes + sum % PairsAtOnce * Lanes, all + sum);
        });
    }
}
