namespace Toolkit.Numerics.Coupling;

/// <summary>One product of a <see cref="CouplingSum{T}"/>: which rows it reads and which it adds to.</summary>
/// <param name="L1">Degree of the left factor; its component m = −l1 is row <paramref name="RowA"/> of A.</param>
/// <param name="L2">Degree of the right factor; its component m = −l2 is row <paramref name="RowB"/> of B.</param>
/// <param name="L">Degree of the product; its component M = −L is row <paramref name="RowC"/> of C.</param>
/// <param name="RowA">First row in A.</param>
/// <param name="RowB">First row in B.</param>
/// <param name="RowC">First row in C.</param>
public sealed record CouplingPath(int L1, int L2, int L, int RowA, int RowB, int RowC);
