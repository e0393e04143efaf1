namespace Toolkit.Numerics.Coupling;

/// <summary>
/// Where the operands of a <see cref="CouplingSum{T}"/> are: copies them to blocks of lanes, a lane for each channel of each
/// environment, and adds what comes out to its place.
/// </summary>
internal interface ICouplingOperands<T>
    where T : unmanaged
{
    /// <summary>Copies A and B of some lanes, and dC where the pass is backward; everything else of the block is zero.</summary>
    /// <param name="block">Receives rows of <see cref="CouplingBlocks{T}.Lanes"/> lanes.</param>
    /// <param name="first">The first lane of all.</param>
    /// <param name="used">How many lanes have a channel.</param>
    /// <param name="backward">Whether the pass is backward.</param>
    void Load(in CouplingBlocks<T> block, long first, int used, bool backward);

    /// <summary>Takes C, or dA and dB, of some lanes to their places.</summary>
    /// <param name="block">The block after the pass.</param>
    /// <param name="first">The first lane of all.</param>
    /// <param name="used">How many lanes have a channel.</param>
    /// <param name="backward">Whether the pass is backward.</param>
    void Store(in CouplingBlocks<T> block, long first, int used, bool backward);
}
