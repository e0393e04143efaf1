using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>A potential field under the name that labels and coupling trees call it by.</summary>
/// <param name="Name">Letters, digits and underscores, a letter first; not rho, the density's.</param>
/// <param name="Field">The field.</param>
public sealed record NamedPotential(string Name, PotentialField Field)
{
    /// <summary>The field as coupling trees describe it: a scalar, even under inversion and time reversal.</summary>
    public CouplingField CouplingField => new(Name);
}
