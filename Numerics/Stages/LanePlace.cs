namespace Toolkit.Numerics.Stages;

/// <summary>Where one channel stands in a block whose environments lie side by side: its rows follow each other, <c>[row,
/// lane]</c>.</summary>
/// <param name="Block">The block.</param>
/// <param name="Row">Its first row, counted over all rows of all channels of the block.</param>
internal readonly record struct LanePlace(int Block, int Row);
