using System;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Equivariants of one kind: the coefficients of the density or of one vector field with the same l and J, for all
/// channels (species, n).
/// </summary>
internal sealed class FieldFamily
{
    /// <summary>The label of the density; vector fields follow.</summary>
    public const int Density = 0;

    private readonly int[] _firstOfSlot;
    private readonly int[] _countOfSlot;
    private readonly int[] _channelAt;

    private FieldFamily(FieldFamily family)
    {
        (Field, L, J, Row, Rows) = (family.Field, family.L, FieldBasis.Uncoupled, family.Row, family.Rows);
        (IsOddUnderInversion, IsOddInTime) = (family.IsOddUnderInversion, family.IsOddInTime);
        (Lanes, Species, N, Width, FirstLane) = (family.Lanes, family.Species, family.N, family.Width, family.FirstLane);
        (_firstOfSlot, _countOfSlot, _channelAt) = (family._firstOfSlot, family._countOfSlot, family._channelAt);
    }

    private FieldFamily(int field, int l, int j, int row, int rows, int[] species, int stride, bool parity, bool timeOdd, int[] countOfSlot)
    {
        (Field, L, J, Row, Rows, IsOddUnderInversion, IsOddInTime) = (field, l, j, row, rows, parity, timeOdd);
        int slots = species.Length, count = 0;
        (_firstOfSlot, _countOfSlot) = (new int[slots], countOfSlot);
        for (int s = 0; s < slots; s++)
        {
            _firstOfSlot[s] = count;
            count += countOfSlot[s];
        }
        (Lanes, Species, N) = (new int[count], new int[count], new int[count]);
        for (int s = 0; s < slots; s++)
            for (int n = 0; n < countOfSlot[s]; n++)
            {
                int k = _firstOfSlot[s] + n;
                (Lanes[k], Species[k], N[k]) = (s * stride + n, species[s], n);
            }
        Width = slots * stride;
        _channelAt = new int[Width];
        Array.Fill(_channelAt, -1);
        for (int k = 0; k < count; k++)
            _channelAt[Lanes[k]] = k;
        FirstLane = count == 0 ? Width : Lanes[0] / stride * stride;
    }

    /// <summary>0: the density; f + 1: vector field f.</summary>
    public int Field { get; }

    public int L { get; }

    /// <summary>J, or <see cref="FieldBasis.Uncoupled"/>.</summary>
    public int J { get; }

    /// <summary>First of its rows: in the field's basis, or the density's lm.</summary>
    public int Row { get; }

    /// <summary>The number of rows: 2J + 1, or 3(2l + 1) uncoupled.</summary>
    public int Rows { get; }

    public bool IsOddUnderInversion { get; }

    public bool IsOddInTime { get; }

    /// <summary>The place of each channel in a row.</summary>
    public int[] Lanes { get; }

    public int[] Species { get; }

    public int[] N { get; }

    /// <summary>The number of channels.</summary>
    public int Count => Lanes.Length;

    /// <summary>Doubles of a row that channels can be in: <see cref="FirstLane"/> … Width − 1.</summary>
    public int Width { get; }

    public int FirstLane { get; }

    /// <summary>The first channel of a slot (a group of the density, a slot of a vector field) and their number.</summary>
    public (int First, int Count) Slot(int slot) => (_firstOfSlot[slot], _countOfSlot[slot]);

    /// <summary>The channel at a place of a row, or −1.</summary>
    public int ChannelAt(int lane) => _channelAt[lane];

    /// <summary>The J = 1 of a vector field's l = 0, read as the rows (m, q), which are the same.</summary>
    public FieldFamily AsUncoupled() => new(this);

    /// <summary>The density's coefficients of one l.</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="l">l.</param>
    /// <param name="isComplete">Whether the centre's own group has channels for l &gt; 0, too; they are zero.</param>
    public static FieldFamily OfDensity(DensityExpansion expansion, int l, bool isComplete = false)
    {
        int[] counts = new int[expansion.Groups.Length];
        for (int g = 0; g < counts.Length; g++)
            counts[g] = !isComplete && l > 0 && expansion.Groups[g] == DensityExpansion.CentreLabel ? 0 : expansion.NMax;
        return new FieldFamily(Density, l, l, l * l, 2 * l + 1, expansion.Groups.ToArray(), expansion.GroupStride, l % 2 == 1, false, counts);
    }

    public static FieldFamily OfVectors(DensityExpansion expansion, int field, (int L, int J, int Row, int Rows) block)
    {
        FieldColumns columns = expansion.Columns(field);
        int[] counts = new int[columns.Labels.Length];
        for (int s = 0; s < counts.Length; s++)
            counts[s] = columns.Channels(s, block.L, expansion.NMax);
        // A polar vector changes its sign under the inversion, an axial one does not.
        bool isOdd = (block.L % 2 == 1) != !columns.Field.Axial;
        return new FieldFamily(field + 1, block.L, block.J, block.Row, block.Rows, columns.Labels, expansion.GroupStride, isOdd,
            columns.Field.TimeOdd, counts);
    }
}
