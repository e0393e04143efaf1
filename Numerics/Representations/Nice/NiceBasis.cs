using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>A field whose coefficients are factors of products.</summary>
/// <param name="Field">The field.</param>
/// <param name="Channels">Its channels, summed over l and J.</param>
public readonly record struct NiceFactor(CouplingField Field, int Channels);

/// <summary>What a fit holds for: expansions and potentials with the same channels.</summary>
/// <param name="LMax">lmax of the expansion.</param>
/// <param name="NMax">Its radial functions.</param>
/// <param name="Groups">Species labels of its groups of channels.</param>
/// <param name="Cutoff">Its cutoff radius, Å.</param>
/// <param name="Factors">The fields.</param>
internal sealed record NiceBasis(int LMax, int NMax, IReadOnlyList<int> Groups, double Cutoff, IReadOnlyList<NiceFactor> Factors)
{
    /// <summary>That of fields.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="channels">Channels of each factor.</param>
    public static NiceBasis Of(NiceFields fields, IReadOnlyList<int> channels) => new(
        fields.Expansion.LMax, fields.Expansion.NMax, fields.Expansion.Groups.ToArray(), fields.Expansion.Cutoff,
        fields.Factors.Zip(channels, static (f, n) => new NiceFactor(f, n)).ToArray());

    /// <exception cref="ArgumentException">The other has different channels.</exception>
    public void Require(NiceBasis other)
    {
        if ((LMax, NMax, Cutoff) != (other.LMax, other.NMax, other.Cutoff) || !Groups.SequenceEqual(other.Groups)
            || !Factors.SequenceEqual(other.Factors))
        {
            throw new ArgumentException($"expected an expansion with {this}; got {other}", "expansion");
        }
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"lmax {LMax}, nmax {NMax}, cutoff {Cutoff} Å, channels of {string.Join(", ", Groups)} and the factors "
        + string.Join(", ", Factors.Select(static f => $"{f.Field.Name} (rank {f.Field.Rank}, {(f.Field.Axial ? "axial" : "polar")}, time-{(f.Field.TimeOdd ? "odd" : "even")}, {f.Channels} channels)"));
}
