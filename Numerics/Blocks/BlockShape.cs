namespace Toolkit.Numerics.Blocks;

/// <summary>How much memory a block of a batch takes: <c>[environment, row, channel padded]</c>.</summary>
/// <param name="Rows">Components: 2λ + 1 of one λ, or (lmax + 1)² of all l of a field.</param>
/// <param name="Channels">Channels, which lie side by side.</param>
/// <param name="IsForeign">Whether its memory belongs to somebody else: coefficients of a field, a caller's features.</param>
internal readonly record struct BlockShape(int Rows, int Channels, bool IsForeign = false)
{
    /// <summary>Numbers from row to row: channels up to whole vectors of eight.</summary>
    public int Stride => (Channels + 7) / 8 * 8;

    /// <summary>Numbers of one environment.</summary>
    public int Length => checked(Rows * Stride);
}
