using System;

namespace Toolkit.Numerics.Structures;

/// <summary>Along which of the lattice vectors a, b, c a structure repeats.</summary>
/// <param name="A">Whether it repeats along a.</param>
/// <param name="B">Whether it repeats along b.</param>
/// <param name="C">Whether it repeats along c.</param>
public readonly record struct Periodicity(bool A, bool B, bool C)
{
    /// <summary>A free cluster.</summary>
    public static Periodicity None => default;

    /// <summary>A bulk crystal or liquid.</summary>
    public static Periodicity All => new(true, true, true);

    /// <summary>Whether any direction repeats.</summary>
    public bool Any => A || B || C;

    /// <summary>The number of directions that repeat, 0…3.</summary>
    public int Dimensions => (A ? 1 : 0) + (B ? 1 : 0) + (C ? 1 : 0);

    /// <summary>Whether direction 0 (a), 1 (b) or 2 (c) repeats.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The direction is not 0, 1 or 2.</exception>
    public bool this[int direction] => direction switch
    {
        0 => A,
        1 => B,
        2 => C,
        _ => throw new ArgumentOutOfRangeException(nameof(direction), direction, "A direction is 0, 1 or 2."),
    };

    /// <summary>As files write it: "T T F".</summary>
    public override string ToString() => $"{(A ? 'T' : 'F')} {(B ? 'T' : 'F')} {(C ? 'T' : 'F')}";
}
