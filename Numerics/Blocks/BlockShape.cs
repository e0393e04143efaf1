using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Blocks;

/// <summary>How much memory a block of a batch takes: <c>[environment, row, channel padded]</c>, or, with environments side by side,
/// <c>[channel, row, lane]</c>.</summary>
/// <param name="Rows">Components: 2λ + 1 of one λ, or (lmax + 1)² of all l of a field.</param>
/// <param name="Channels">Channels, which lie side by side.</param>
/// <param name="IsForeign">Whether its memory belongs to somebody else: coefficients of a field, a caller's features.</param>
internal sealed record BlockShape(int Rows, int Channels, bool IsForeign = false)
{
    /// <summary>Whether the environments of a batch lie side by side, as many as a coupling kernel works on at once: products of listed
    /// channels are then made where they lie.</summary>
    public bool IsLaned { get; init; }

    /// <summary>The block, plus 1, whose memory is used because nobody needs both at a time; 0: its own.</summary>
    public int Tenant { get; init; }

    /// <summary>Numbers from row to row: channels up to whole vectors of eight.</summary>
    public int Stride => (Channels + 7) / 8 * 8;

    /// <summary>Numbers of one environment.</summary>
    public int Length => checked(Rows * Stride);

    /// <summary>Numbers of a batch.</summary>
    /// <param name="capacity">The most environments.</param>
    public nint Size<T>(int capacity)
        where T : unmanaged =>
        IsForeign || Tenant > 0 ? 0
        : IsLaned ? checked((nint)Rows * Channels * CouplingBlocks<T>.Lanes)
        : checked((nint)Length * capacity);
}
