namespace Toolkit.Numerics.Expansion;

/// <summary>One of the columns of coefficients that a block of pairs adds to.</summary>
internal unsafe struct BlockColumn<T>
    where T : unmanaged
{
    /// <summary>The column's first number in a row of coefficients.</summary>
    public int Place;

    /// <summary>What multiplies the radial functions: <c>[lm, lane]</c>, Y or v_q Y.</summary>
    public T* Weights;

    /// <summary>From lm to lm of it.</summary>
    public int Step;

    /// <summary>v_q: <c>[lane]</c>; null for the density.</summary>
    public T* Component;

    /// <summary>Where the derivatives by v_q stand among a block's sums; of no meaning for the density.</summary>
    public int Sum;
}
