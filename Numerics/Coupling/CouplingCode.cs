using System.Runtime.CompilerServices;

namespace Toolkit.Numerics.Coupling;

/// <summary>Adds the products of some stages to C, or the derivatives to dA and dB, block after block.</summary>
internal unsafe delegate void CouplingBody<T>(T* a, T* b, T* c, T* da, T* db, T* slots, T* coefficients, nint blocks)
    where T : unmanaged;

/// <summary>What <see cref="CouplingCompiler{T}"/> makes.</summary>
/// <param name="groups">Groups of bodies; those of one group share the slots, so they run block by block.</param>
/// <param name="coefficients">Pinned.</param>
internal sealed unsafe class CouplingCode<T>(CouplingBody<T>[][] groups, T[] coefficients)
    where T : unmanaged
{
    internal void Run(CouplingBlocks<T> x, nint blocks, T* slots)
    {
        T* k = (T*)Unsafe.AsPointer(ref coefficients[0]);
        foreach (CouplingBody<T>[] group in groups)
        {
            nint turns = group.Length == 1 ? 1 : blocks;
            for (nint t = 0; t < turns; t++)
            {
                CouplingBlocks<T> y = x.At(t);
                foreach (CouplingBody<T> body in group)
                    body(y.A, y.B, y.C, y.DA, y.DB, slots, k, blocks / turns);
            }
        }
    }
}
