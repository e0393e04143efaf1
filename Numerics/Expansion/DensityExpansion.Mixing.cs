using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Expansion;

/// <content>
/// Pseudo-species: pairs add to the columns of their species, which stand behind all others; mixing adds those to the density's
/// columns. Both are linear, and the backward pass is the transposed.
/// </content>
public sealed partial class DensityExpansion
{
    // Rows of the mixing by species, and the first of the species' columns.
    private readonly int[] _mixingPlaces = [];
    private readonly int _firstUnmixed;

    /// <summary>The column that pairs of a group add to.</summary>
    private int Column(int group)
    {
        int species = group - (_kinds.Length - _species.Length);
        return Mixing is null || species < 0 ? group : _firstUnmixed + species;
    }

    /// <summary>The first of the density's columns that pairs change; there is a mixing.</summary>
    internal int FirstMixed => _labels.Length - Mixing!.PseudoCount;

    /// <summary>How much a pair of a group changes each of them.</summary>
    internal ReadOnlySpan<double> Shares(int group) => Mixing!.Weights(_mixingPlaces[group - (_kinds.Length - _species.Length)]);

    private unsafe void Mix<TLanes, V, T>(T* row)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int stride = GroupStride, width = Width, first = FirstMixed;
        for (int lm = 0; lm < (LMax + 1) * (LMax + 1); lm++, row += width)
        {
            for (int a = 0; a < _species.Length; a++)
            {
                ReadOnlySpan<double> weights = Mixing!.Weights(_mixingPlaces[a]);
                for (int k = 0; k < weights.Length; k++)
                    Add<TLanes, V, T>(T.CreateChecked(weights[k]), row + (_firstUnmixed + a) * stride, row + (first + k) * stride, stride);
            }
        }
    }

    private unsafe void Unmix(EnvironmentScratch scratch)
    {
        int stride = GroupStride, width = Width, first = FirstMixed;
        double* row = scratch.Adjoint;
        for (int lm = 0; lm < (LMax + 1) * (LMax + 1); lm++, row += width)
        {
            for (int a = 0; a < _species.Length; a++)
            {
                double* target = row + (_firstUnmixed + a) * stride;
                new Span<double>(target, stride).Clear();
                ReadOnlySpan<double> weights = Mixing!.Weights(_mixingPlaces[a]);
                for (int k = 0; k < weights.Length; k++)
                    Add<Lanes512<double>, Vector512<double>, double>(weights[k], row + (first + k) * stride, target, stride);
            }
        }
    }

    private static unsafe void Add<TLanes, V, T>(T weight, T* from, T* to, int count)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int n = 0; n < count; n += Lanes)
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Broadcast(weight), TLanes.Load(from + n), TLanes.Load(to + n)), to + n);
    }

    private static int[] Places(SpeciesMixing mixing, int[] species)
    {
        int[] places = new int[species.Length];
        for (int a = 0; a < places.Length; a++)
        {
            places[a] = mixing.Species.BinarySearch(species[a]);
            if (places[a] < 0)
                throw new ArgumentException($"no weights for {Structures.Elements.Symbol(species[a])}", nameof(mixing));
        }
        return places;
    }
}
