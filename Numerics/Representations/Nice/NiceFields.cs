using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// What an iteration begins with: an expansion of density and vectors, potentials beside it, and which of these fields are factors.
/// </summary>
internal sealed class NiceFields
{
    /// <summary>The fields.</summary>
    /// <param name="expansion">Density and vectors.</param>
    /// <param name="potentials">Potentials; those that are not factors are left out.</param>
    /// <param name="factors">The names of the factors, rho the density; null: the density alone.</param>
    /// <exception cref="ArgumentException">A name that no field has, or twice; none.</exception>
    public NiceFields(DensityExpansion expansion, IReadOnlyList<NamedPotential>? potentials, IReadOnlyList<string>? factors)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        Expansion = expansion;
        string[] names = factors is null ? [CouplingField.Density.Name] : [.. factors];
        CouplingField[] known =
            [CouplingField.Density, .. expansion.Fields.Select(static f => f.CouplingField),
                .. (potentials ?? []).Select(static p => p.CouplingField)];
        if (names.Length == 0 || names.Distinct().Count() != names.Length)
            throw new ArgumentException($"factors {string.Join(", ", names)}: expected one or more names, each once", nameof(factors));

        Factors = Array.ConvertAll(names, name => Array.Find(known, f => f.Name == name) ?? throw new ArgumentException(
            $"no field '{name}'; there are {string.Join(", ", known.Select(static f => f.Name))}", nameof(factors)));
        Potentials = (potentials ?? []).Where(p => names.Contains(p.Name)).ToArray();
    }

    /// <summary>Density and vectors.</summary>
    public DensityExpansion Expansion { get; }

    /// <summary>The potentials among the factors, in the order of the program's blocks.</summary>
    public IReadOnlyList<NamedPotential> Potentials { get; }

    /// <summary>The fields that are factors, in their order.</summary>
    public IReadOnlyList<CouplingField> Factors { get; }

    /// <summary>Whether a vector field is a factor.</summary>
    public bool HasVectors => Factors.Any(static f => f.Rank == 1);

    /// <summary>The largest order of coefficients: l, or J of vectors.</summary>
    public int Largest => Expansion.LMax + (HasVectors ? 1 : 0);
}
