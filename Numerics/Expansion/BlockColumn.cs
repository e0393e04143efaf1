namespace Toolkit.Numerics.Expansion;

/// <summary>One of the columns of coefficients that a block of pairs adds to.</summary>
internal unsafe struct BlockColumn
{
    /// <summary>The column's first double in a row of coefficients.</summary>
    public int Place;

    /// <summary>What multiplies the radial functions: <c>[lm, lane]</c>, Y or v_q Y.</summary>
    public double* Weights;

    /// <summary>v_q: <c>[lane]</c>; null for the density.</summary>
    public double* Component;

    /// <summary>Where the derivatives by v_q stand among a block's sums; of no meaning for the density.</summary>
    public int Sum;
}
