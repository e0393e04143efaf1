using System;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// The non-zero coefficients of one (l1, l2, l3), as parallel arrays of <see cref="Count"/> entries in increasing order
/// of (m3, m1, m2): entry i says that <c>Value[i]</c> multiplies A[M1[i]]·B[M2[i]] in the component M3[i]. A view into
/// its table: cheap to copy, valid as long as the table is not disposed.
/// </summary>
public readonly unsafe struct CouplingBlock
{
    // Keeps the memory behind the pointer alive.
    private readonly CouplingTable? table;
    private readonly byte* data;

    internal CouplingBlock(CouplingTable table, byte* data, int count)
    {
        this.table = table;
        this.data = data;
        Count = count;
    }

    /// <summary>The number of entries.</summary>
    public int Count { get; }

    /// <summary>Whether the selection rules leave nothing.</summary>
    public bool IsEmpty => table is null;

    /// <summary>The coefficients, [entry].</summary>
    public ReadOnlySpan<double> Value => new(data, Count);

    /// <summary>The indices m1 + l1 in 0 … 2·l1, [entry].</summary>
    public ReadOnlySpan<byte> M1 => new(data + 8L * Count, Count);

    /// <summary>The indices m2 + l2 in 0 … 2·l2, [entry].</summary>
    public ReadOnlySpan<byte> M2 => new(data + 9L * Count, Count);

    /// <summary>The indices m3 + l3 in 0 … 2·l3, [entry]; M for Clebsch–Gordan coefficients. Non-decreasing.</summary>
    public ReadOnlySpan<byte> M3 => new(data + 10L * Count, Count);
}
