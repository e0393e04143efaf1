using System;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>The channels of a block: which channel (species, n) of each leaf, from left to right.</summary>
/// <param name="leaves">The number of leaves.</param>
/// <param name="labels"><c>[channel, leaf, (species, n)]</c>.</param>
internal sealed class TreeChannels(int leaves, int[] labels)
{
    /// <summary>The number of channels.</summary>
    public int Count { get; } = labels.Length / (2 * leaves);

    /// <summary>(species, n) of every leaf of one channel.</summary>
    public ReadOnlySpan<int> this[int channel] => labels.AsSpan(2 * leaves * channel, 2 * leaves);

    /// <summary>Channels of products.</summary>
    /// <param name="a">The left factor.</param>
    /// <param name="left">Its channel in each product.</param>
    /// <param name="b">The right factor.</param>
    /// <param name="right">Its channel in each product.</param>
    public static TreeChannels Product(TreeChannels a, int[] left, TreeChannels b, int[] right)
    {
        int width = a[0].Length + b[0].Length;
        int[] labels = new int[checked(left.Length * width)];
        for (int t = 0; t < left.Length; t++)
        {
            a[left[t]].CopyTo(labels.AsSpan(t * width));
            b[right[t]].CopyTo(labels.AsSpan(t * width + a[0].Length));
        }

        return new TreeChannels(width / 2, labels);
    }
}
