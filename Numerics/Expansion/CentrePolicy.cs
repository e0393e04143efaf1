namespace Toolkit.Numerics.Expansion;

/// <summary>What the atom at the centre of an environment adds to the density there.</summary>
public enum CentrePolicy
{
    /// <summary>Its own density, to the channels of its species.</summary>
    Include,

    /// <summary>Nothing: only neighbours count.</summary>
    Exclude,

    /// <summary>Its own density, to channels of its own that carry the species label <see cref="DensityExpansion.CentreLabel"/>.</summary>
    Separate,
}
