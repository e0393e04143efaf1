using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The factors of a representation's products with their changes by one pair at a time (<see cref="PairFactor"/>): the
/// angular numbers of eight pairs at once, the radial ones pair by pair.
/// </summary>
internal sealed unsafe class PairFactors
{
    private readonly DensityExpansion _expansion;
    private readonly FieldRows? _rows;
    private readonly FieldFamily[] _families;

    // Where the coefficients, the angles and the radial functions of each family are; families of one field and l share the
    // last, which the first of them fills.
    private readonly int[] _packed, _angles, _radial;
    private readonly bool[] _fills;
    private readonly int _angleRows, _firstAngle, _firstRadial;

    /// <param name="expansion">The expansion.</param>
    /// <param name="families">The factors.</param>
    /// <param name="rows">The rows of vector fields; null: the families are all the density's.</param>
    public PairFactors(DensityExpansion expansion, IEnumerable<FieldFamily> families, FieldRows? rows = null)
    {
        (_expansion, _rows, _families) = (expansion, rows, families.ToArray());
        int lm = (expansion.LMax + 1) * (expansion.LMax + 1);
        (_packed, _angles, _radial) = (new int[Count], new int[Count], new int[Count]);
        _fills = new bool[Count];
        for (int f = 0; f < Count; f++)
        {
            _packed[f] = Length;
            Length += _families[f].Rows * Stride(f);
            _angles[f] = PairFactor.AngleStride * (_families[f].Field == FieldFamily.Density
                ? _families[f].Row : lm + rows!.FirstRow(_families[f].Field - 1) + _families[f].Row);
        }
        _angleRows = lm + (rows?.RowCount ?? 0);
        _firstAngle = Length;
        _firstRadial = Length += PairFactor.AngleStride * _angleRows;
        var shared = new Dictionary<(int, int), int>();
        for (int f = 0; f < Count; f++)
        {
            (int, int) key = (_families[f].Field, _families[f].L);
            _fills[f] = !shared.TryGetValue(key, out _radial[f]);
            if (!_fills[f]) continue;
            shared.Add(key, _radial[f] = Length);
            Length += 2 * Stride(f);
        }
        // Eight that may be read behind the last, and the direction.
        Length += 2 * PairFactor.AllKinds;
    }

    /// <summary>The density's coefficients of each l, l = 0 … lmax.</summary>
    public static PairFactors OfDensity(DensityExpansion expansion) =>
        new(expansion, Enumerable.Range(0, expansion.LMax + 1).Select(l => FieldFamily.OfDensity(expansion, l, isComplete: true)));

    /// <summary>The number of factors.</summary>
    public int Count => _families.Length;

    /// <summary>Doubles of aligned memory.</summary>
    public int Length { get; }

    /// <summary>The padded number of channels of the widest factor.</summary>
    public int LargestStride => Enumerable.Range(0, Count).Max(Stride);

    /// <summary>The place of a factor among all.</summary>
    public int IndexOf(FieldFamily family) => Array.IndexOf(_families, family);

    /// <summary>The direction of the pair: <c>[xyz]</c>.</summary>
    public double* Direction(double* memory) => memory + Length - PairFactor.AllKinds;

    /// <summary>Takes the factors of one environment side by side.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="rows">The rows of vector fields.</param>
    /// <param name="memory"><see cref="Length"/> doubles.</param>
    public void Begin(double* coefficients, double* rows, double* memory)
    {
        for (int f = 0; f < Count; f++)
        {
            FieldFamily family = _families[f];
            FamilyRows from = family.Field == FieldFamily.Density
                ? new FamilyRows(coefficients + family.Row * _expansion.Width, _expansion.Width)
                : _rows!.Of(family, coefficients, rows);
            int stride = Stride(f);
            double* to = memory + _packed[f], source = from.First;
            for (int row = 0; row < family.Rows; row++, source += from.Stride, to += stride)
            {
                for (int k = 0; k < family.Count; k++)
                    to[k] = source[family.Lanes[k]];
                new Span<double>(to + family.Count, stride - family.Count).Clear();
            }
        }
    }

    /// <summary>The angular numbers of a block of pairs, after <see cref="DensityExpansion.Differentiate"/>.</summary>
    public void BeginBlock(EnvironmentScratch scratch, int block, double* memory)
    {
        int lm = (_expansion.LMax + 1) * (_expansion.LMax + 1), next = lm * EnvironmentScratch.Lanes;
        double* storage = stackalloc double[PairFactor.AngleStride + CacheLine.Doubles];
        double* tile = CacheLine.Next(storage), angles = memory + _firstAngle;
        new Span<double>(tile, PairFactor.AngleStride).Clear();
        for (int k = 0; k < lm; k++, angles += PairFactor.AngleStride)
        {
            int at = k * EnvironmentScratch.Lanes;
            Vector512.Store(Vector512.Load(scratch.Harmonics + at), tile);
            for (int d = 0; d < 3; d++)
                Vector512.Store(Vector512.Load(scratch.HarmonicsGradients + d * next + at), tile + (1 + d) * EnvironmentScratch.Lanes);
            Transpose.Eight(tile, EnvironmentScratch.Lanes, angles);
        }
        _rows?.Angles(scratch, block, angles);
        // A block is of one species, so that what stays zero stays so for all its pairs.
        new Span<double>(memory + _firstRadial, Length - _firstRadial).Clear();
    }

    /// <summary>The factors as one pair changes them.</summary>
    /// <param name="scratch">The environment, its block differentiated.</param>
    /// <param name="block">The pair's block, after <see cref="BeginBlock"/>.</param>
    /// <param name="lane">The pair's place in its block.</param>
    /// <param name="memory"><see cref="Length"/> doubles.</param>
    /// <param name="factors">Receives <see cref="Count"/> factors.</param>
    public void Select(EnvironmentScratch scratch, int block, int lane, double* memory, PairFactor* factors)
    {
        int group = scratch.Group[block], k = block * EnvironmentScratch.Lanes + lane;
        double* direction = Direction(memory);
        direction[0] = scratch.X[k] / scratch.R[k];
        direction[1] = scratch.Y[k] / scratch.R[k];
        direction[2] = scratch.Z[k] / scratch.R[k];
        for (int f = 0; f < Count; f++)
        {
            FieldFamily family = _families[f];
            double* values = memory + _radial[f], slopes = values + Stride(f);
            int first = FirstChannel(family, group);
            if (_fills[f] && first >= 0)
            {
                int at = (lane * (_expansion.LMax + 1) + family.L) * _expansion.GroupStride;
                Place(family, group, scratch.Radial + at, values + first);
                Place(family, group, scratch.RadialDerivatives + at, slopes + first);
            }
            factors[f] = new PairFactor
            {
                Coefficients = memory + _packed[f],
                Stride = Stride(f),
                Rows = family.Rows,
                Count = family.Count,
                Field = family.Field,
                Angles = memory + _firstAngle + _angles[f] + lane * PairFactor.AllKinds,
                Values = values,
                Slopes = slopes,
                Changes = first >= 0,
            };
        }
    }

    /// <summary>The first channel that a neighbour of a group adds to, or −1.</summary>
    private int FirstChannel(FieldFamily family, int group)
    {
        int slot = family.Field == FieldFamily.Density
            ? _expansion.Mixing is null ? group : _expansion.FirstMixed
            : _expansion.Columns(family.Field - 1).Slot(group);
        return slot < 0 ? -1 : family.Slot(slot).First;
    }

    /// <summary>Radial numbers to a neighbour's channels, or to all that its species is mixed to.</summary>
    private void Place(FieldFamily family, int group, double* radial, double* channels)
    {
        int nmax = _expansion.NMax;
        if (family.Field != FieldFamily.Density || _expansion.Mixing is null)
        {
            new ReadOnlySpan<double>(radial, nmax).CopyTo(new Span<double>(channels, nmax));
            return;
        }
        foreach (double share in _expansion.Shares(group))
            for (int n = 0; n < nmax; n++)
                *channels++ = share * radial[n];
    }

    private int Stride(int family) => (_families[family].Count + 7) / 8 * 8;
}
