using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Numerics.Representations;

/// <summary>What a block of equivariants is: how it turns with the structure, and of how many factors it is made.</summary>
/// <param name="Lambda">The order λ: the 2λ + 1 components turn like the real harmonics Y_λμ.</param>
/// <param name="Sigma">+1 or −1: under the inversion they are multiplied by σ (−1)^λ.</param>
/// <param name="Order">The number ν of density factors.</param>
public readonly record struct EquivariantKey(int Lambda, int Sigma, int Order);

/// <summary>Where a block stands among all the numbers of one environment.</summary>
/// <param name="Key">What it is.</param>
/// <param name="Labels">What each channel is.</param>
/// <param name="First">The place of (μ = −λ, channel 0).</param>
public sealed record EquivariantLayout(EquivariantKey Key, FeatureLabels Labels, int First)
{
    /// <summary>2λ + 1.</summary>
    public int Components => 2 * Key.Lambda + 1;

    /// <summary>The number of channels.</summary>
    public int Channels => Labels.Count;

    /// <summary>Numbers per environment.</summary>
    public int Length => Components * Channels;
}

/// <summary>Equivariants of one key for all environments, with their labels.</summary>
public sealed class EquivariantBlock
{
    private readonly double[] _values;

    /// <summary>A block.</summary>
    /// <param name="key">What it is.</param>
    /// <param name="labels">What each channel is.</param>
    /// <param name="environments">The number of environments.</param>
    /// <param name="values"><c>[environment, μ, channel]</c>, μ = −λ … λ; kept, not copied.</param>
    /// <exception cref="ArgumentException">A negative λ, a σ that is not ±1, or another number of values.</exception>
    public EquivariantBlock(EquivariantKey key, FeatureLabels labels, int environments, double[] values)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(values);
        if (key.Lambda < 0 || key.Sigma is not (1 or -1))
            throw new ArgumentException($"λ = {key.Lambda}, σ = {key.Sigma}; expected λ ≥ 0 and σ = ±1", nameof(key));
        long expected = (long)environments * (2 * key.Lambda + 1) * labels.Count;
        if (environments < 0 || values.LongLength != expected)
        {
            throw new ArgumentException(
                $"{environments} environments, λ = {key.Lambda}, {labels.Count} channels: expected {expected} values; got {values.LongLength}",
                nameof(values));
        }

        (Key, Labels, Environments, _values) = (key, labels, environments, values);
    }

    /// <summary>What it is.</summary>
    public EquivariantKey Key { get; }

    /// <summary>What each channel is.</summary>
    public FeatureLabels Labels { get; }

    /// <summary>The number of environments.</summary>
    public int Environments { get; }

    /// <summary>2λ + 1.</summary>
    public int Components => 2 * Key.Lambda + 1;

    /// <summary>The number of channels.</summary>
    public int Channels => Labels.Count;

    /// <summary><c>[environment, μ, channel]</c>, μ = −λ … λ, channel fastest.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>One environment: <c>[μ, channel]</c>.</summary>
    public ReadOnlySpan<double> this[int environment] =>
        _values.AsSpan(environment * Components * Channels, Components * Channels);
}

/// <summary>Blocks of equivariants of the same environments, by key.</summary>
public sealed class EquivariantBlocks
{
    private readonly Dictionary<EquivariantKey, EquivariantBlock> _byKey = [];

    /// <summary>Takes blocks together.</summary>
    /// <param name="environments">The number of environments of each.</param>
    /// <param name="blocks">Of different keys.</param>
    /// <exception cref="ArgumentException">A key twice, or another number of environments.</exception>
    public EquivariantBlocks(int environments, IEnumerable<EquivariantBlock> blocks)
    {
        Environments = environments;
        Blocks = blocks.ToArray();
        foreach (EquivariantBlock block in Blocks)
        {
            if (block.Environments != environments)
                throw new ArgumentException($"{block.Key} has {block.Environments} environments; expected {environments}", nameof(blocks));
            if (!_byKey.TryAdd(block.Key, block)) throw new ArgumentException($"{block.Key} is there twice", nameof(blocks));
        }
    }

    /// <summary>The number of environments.</summary>
    public int Environments { get; }

    /// <summary>The blocks in their order.</summary>
    public IReadOnlyList<EquivariantBlock> Blocks { get; }

    /// <summary>The block of a key.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message lists those that there are.</exception>
    public EquivariantBlock this[EquivariantKey key] => _byKey.TryGetValue(key, out EquivariantBlock? block)
        ? block
        : throw new KeyNotFoundException($"no {key}; there are {string.Join(", ", Blocks.Select(static b => b.Key))}");

    /// <summary>Cuts the numbers of all environments into blocks.</summary>
    /// <param name="layout">Where each block stands.</param>
    /// <param name="environments">The number of environments.</param>
    /// <param name="values"><c>[environment, block, μ, channel]</c>.</param>
    internal static EquivariantBlocks Cut(IReadOnlyList<EquivariantLayout> layout, int environments, ReadOnlySpan<double> values)
    {
        int step = environments == 0 ? 0 : values.Length / environments;
        var blocks = new EquivariantBlock[layout.Count];
        for (int b = 0; b < blocks.Length; b++)
        {
            EquivariantLayout place = layout[b];
            double[] part = new double[environments * place.Length];
            for (int i = 0; i < environments; i++)
                values.Slice(i * step + place.First, place.Length).CopyTo(part.AsSpan(i * place.Length));
            blocks[b] = new EquivariantBlock(place.Key, place.Labels, environments, part);
        }
        return new EquivariantBlocks(environments, blocks);
    }

    /// <summary>The blocks of a layout, in its order.</summary>
    /// <exception cref="ArgumentException">The blocks are not those of the layout, or of another number of environments.</exception>
    internal EquivariantBlock[] Of(IReadOnlyList<EquivariantLayout> layout, int environments)
    {
        if (Environments != environments) throw new ArgumentException($"blocks of {Environments} environments; expected {environments}");
        return [.. layout.Select(place => _byKey.TryGetValue(place.Key, out EquivariantBlock? block) && block.Channels == place.Channels
            ? block
            : throw new ArgumentException($"expected {place.Key} with {place.Channels} channels; found "
                + (block is null ? "no such block" : $"{block.Channels}")))];
    }
}
