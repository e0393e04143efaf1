using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Which triples of channels (q1, q2, q3) stand, each unordered one once, and in which order: where two neighbouring factors are
/// of one family, the later channel is not before the earlier one.
/// </summary>
internal sealed class TripleShape
{
    private readonly int _channels, _gap;
    private readonly bool _first, _last;
    private readonly int[] _rows;

    /// <summary>The triples of one set of families.</summary>
    /// <param name="channels">Channels of each factor.</param>
    /// <param name="first">Whether the first two factors are of one family.</param>
    /// <param name="last">Whether the last two are.</param>
    /// <param name="isOdd">Whether equal factors cancel.</param>
    public TripleShape(int channels, bool first, bool last, bool isOdd)
    {
        (_channels, _first, _last, _gap) = (channels, first, last, isOdd ? 1 : 0);
        _rows = new int[channels * channels];
        for (int q1 = 0; q1 < channels; q1++)
        {
            for (int q2 = Start2(q1); q2 < channels; q2++)
            {
                _rows[q1 * channels + q2] = Count;
                Count = checked(Count + Math.Max(0, channels - Start3(q2)));
            }
        }
    }

    /// <summary>The number of triples.</summary>
    public int Count { get; }

    /// <summary>The triples in their order.</summary>
    public IEnumerable<(int Q1, int Q2, int Q3)> Triples()
    {
        for (int q1 = 0; q1 < _channels; q1++)
        {
            for (int q2 = Start2(q1); q2 < _channels; q2++)
            {
                for (int q3 = Start3(q2); q3 < _channels; q3++)
                {
                    yield return (q1, q2, q3);
                }
            }
        }
    }

    /// <summary>The first q2 beside q1.</summary>
    public int Start2(int q1) => _first ? q1 + _gap : 0;

    /// <summary>The first q3 beside q2.</summary>
    public int Start3(int q2) => _last ? q2 + _gap : 0;

    /// <summary>The place of the triple (q1, q2, Start3(q2)).</summary>
    public int Row(int q1, int q2) => _rows[q1 * _channels + q2];

    /// <summary>Whether the first two factors are equal.</summary>
    public bool IsEqual(int q1, int q2) => _first && q1 == q2;

    /// <summary>Whether the last two factors are equal.</summary>
    public bool MeetsLast(int q2, int q3) => _last && q2 == q3;
}
