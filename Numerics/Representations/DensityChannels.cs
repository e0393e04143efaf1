using System;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The channels (group, n) of the density side by side, <c>[lm, channel padded to 8]</c>, as products over channels want
/// them; in an expansion each group's n are padded and other fields stand between the rows.
/// </summary>
internal sealed unsafe class DensityChannels
{
    private readonly DensityExpansion _expansion;

    public DensityChannels(DensityExpansion expansion)
    {
        _expansion = expansion;
        Count = expansion.ChannelCount;
        Stride = (Count + 7) / 8 * 8;
        Rows = (expansion.LMax + 1) * (expansion.LMax + 1);
    }

    /// <summary>The number of channels.</summary>
    public int Count { get; }

    /// <summary>The number of channels padded to whole vectors: the length of a row.</summary>
    public int Stride { get; }

    /// <summary>The number of (l, m).</summary>
    public int Rows { get; }

    /// <summary>Where a channel stands in a row of coefficients.</summary>
    public int Place(int channel) => channel / _expansion.NMax * _expansion.GroupStride + channel % _expansion.NMax;

    /// <summary>The species label of a channel.</summary>
    public int Species(int channel) => _expansion.Groups[channel / _expansion.NMax];

    /// <summary>The radial number of a channel.</summary>
    public int N(int channel) => channel % _expansion.NMax;

    /// <summary>Copies the density's coefficients; the padding becomes zero.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="channels">Receives <c>[lm, channel padded]</c>.</param>
    public void Gather(double* coefficients, double* channels)
    {
        int nmax = _expansion.NMax, stride = _expansion.GroupStride;
        for (int row = 0; row < Rows; row++, coefficients += _expansion.Width, channels += Stride)
        {
            for (int q = 0; q < Count; q += nmax)
                new ReadOnlySpan<double>(coefficients + q / nmax * stride, nmax).CopyTo(new Span<double>(channels + q, nmax));
            new Span<double>(channels + Count, Stride - Count).Clear();
        }
    }

    /// <summary>Adds to the density's columns.</summary>
    /// <param name="channels"><c>[lm, channel padded]</c>.</param>
    /// <param name="coefficients">Receives the sum, <c>[lm, column, n padded]</c>.</param>
    public void AddTo(double* channels, double* coefficients)
    {
        int nmax = _expansion.NMax, stride = _expansion.GroupStride;
        for (int row = 0; row < Rows; row++, coefficients += _expansion.Width, channels += Stride)
            for (int q = 0; q < Count; q++)
                coefficients[q / nmax * stride + q % nmax] += channels[q];
    }
}
