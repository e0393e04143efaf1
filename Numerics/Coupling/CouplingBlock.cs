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
    private readonly byte* indices;

    internal CouplingBlock(CouplingTable table, byte* data, int count)
    {
        this.table = table;
        this.data = data;
        Count = count;
        indices = data + (table.Header.Single ? sizeof(float) : sizeof(double)) * (long)count;
    }

    /// <summary>The number of entries.</summary>
    public int Count { get; }

    /// <summary>Whether the selection rules leave nothing.</summary>
    public bool IsEmpty => table is null;

    /// <summary>The coefficients of a table in float64, [entry].</summary>
    /// <exception cref="InvalidOperationException">The table is in float32.</exception>
    public ReadOnlySpan<double> Value => table is { Header.Single: true }
        ? throw new InvalidOperationException("found a table in float32, expected one in float64; SingleValue reads it")
        : new(data, Count);

    /// <summary>The coefficients of a table in float32, [entry].</summary>
    /// <exception cref="InvalidOperationException">The table is in float64.</exception>
    public ReadOnlySpan<float> SingleValue => table is { Header.Single: false }
        ? throw new InvalidOperationException("found a table in float64, expected one in float32; Value reads it")
        : new(data, Count);

    /// <summary>Coefficient i of a table in either precision.</summary>
    /// <param name="entry">0 … <see cref="Count"/> − 1.</param>
    /// <exception cref="IndexOutOfRangeException">There is no such entry.</exception>
    public double this[int entry] => table is { Header.Single: true } ? SingleValue[entry] : Value[entry];

    /// <summary>The indices m1 + l1 in 0 … 2·l1, [entry].</summary>
    public ReadOnlySpan<byte> M1 => new(indices, Count);

    /// <summary>The indices m2 + l2 in 0 … 2·l2, [entry].</summary>
    public ReadOnlySpan<byte> M2 => new(indices + Count, Count);

    /// <summary>The indices m3 + l3 in 0 … 2·l3, [entry]; M for Clebsch–Gordan coefficients. Non-decreasing.</summary>
    public ReadOnlySpan<byte> M3 => new(indices + 2L * Count, Count);
}
