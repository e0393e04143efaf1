using System;
using System.Numerics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// The Clebsch–Gordan product of equivariants over channels, couple(A, B, L)_M = Σ C A_{m1} B_{m2}, with its backward
/// pass: a <see cref="CouplingSum{T}"/> of one path, whose rows are m = −l…l.
/// </summary>
/// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
public sealed class CouplingProduct<T> : CouplingSum<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Takes the coefficients of one path from a table.</summary>
    /// <param name="table">Coefficients in the basis of the arrays (real for real harmonics).</param>
    /// <param name="l1">Degree of A.</param>
    /// <param name="l2">Degree of B.</param>
    /// <param name="l">Degree L of the product; where the triangle rule fails the product is zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">A degree is outside the table.</exception>
    public CouplingProduct(CouplingTable table, int l1, int l2, int l)
        : this(table, l1, l2, l, VectorWidths.Widest)
    {
    }

    internal CouplingProduct(CouplingTable table, int l1, int l2, int l, VectorWidth width)
        : base(table, 2 * l1 + 1, 2 * l2 + 1, 2 * l + 1, [new CouplingPath(l1, l2, l, 0, 0, 0)], width) =>
        (L1, L2, L) = (l1, l2, l);

    /// <summary>Degree of A.</summary>
    public int L1 { get; }

    /// <summary>Degree of B.</summary>
    public int L2 { get; }

    /// <summary>Degree of the product.</summary>
    public int L { get; }
}
