using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Representations.Trees;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The kinds of features with factors of any scalar fields: ρ⊗V, V⊗V or ρ⊗V₁⊗V₆ in the place of ρ⊗ρ and ρ⊗ρ⊗ρ, with the labels,
/// factors and order of features that the density alone has.
/// </summary>
/// <remarks>Two factors of one field stand once for both orders, times √2 where they differ; a field beside another stands as it is. The
/// density's name is rho.</remarks>
public static class FactorProducts
{
    private static readonly string Rho = CouplingField.Density.Name;

    /// <summary>The invariants of two factors, p = Σ_m a_{q l m} b_{q' l m} / √(2l + 1).</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="potentials">Potentials by their names.</param>
    /// <param name="factors">Two names.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">Not two names of fields that are there; or lmax is beyond the table's.</exception>
    public static InvariantRepresentation PowerSpectrum(
        DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, IReadOnlyList<string> factors, CouplingTable? table = null)
    {
        CouplingField[] fields = Fields(potentials, factors, 2);
        if (factors.All(static f => f == Rho)) return new PowerSpectrum(expansion);
        return new TreeInvariants(
            expansion, new CouplingTree(new CouplingPair(new CouplingLeaf(fields[0], "l"), new CouplingLeaf(fields[1], "l"), 0)),
                Used(potentials, fields), 0,
            table ?? CouplingTable.Default, new TreePolicy { IsUnordered = true, HasSigma = false, ChannelsFirst = true, PhasedBy = "l" });
    }

    /// <summary>The invariants of three factors, √k couple(couple(a_{q1 l1}, b_{q2 l2}, l3), c_{q3 l3}, 0).</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="potentials">Potentials by their names.</param>
    /// <param name="factors">Three names; where two are equal they become the first two.</param>
    /// <param name="parities">Which σ.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">Not three names of fields that are there; or an l beyond the table's.</exception>
    public static InvariantRepresentation Bispectrum(
        DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, IReadOnlyList<string> factors,
            Parities parities = Parities.Proper,
        CouplingTable? table = null)
    {
        string[] ordered = [.. factors];
        if (ordered.Length == 3 && ordered[0] != ordered[1])
        {
            if (ordered[1] == ordered[2]) ordered = [ordered[1], ordered[2], ordered[0]];
            else if (ordered[0] == ordered[2]) ordered = [ordered[0], ordered[2], ordered[1]];
        }

        CouplingField[] fields = Fields(potentials, ordered, 3);
        if (ordered.Distinct().Count() == 1)
        {
            return ordered[0] == Rho
                ? new Bispectrum(expansion, parities, table)
                : Representations.Bispectrum.OfPotential(expansion, potentials.Single(p => p.Name == ordered[0]), parities, table);
        }

        CouplingPair pair = new(new CouplingLeaf(fields[0], "l_1"), new CouplingLeaf(fields[1], "l_2"), "l_3");
        return new TreeInvariants(
            expansion, new CouplingTree(new CouplingPair(pair, new CouplingLeaf(fields[2], "l_3"), 0)), Used(potentials, fields),
                expansion.LMax,
            table ?? CouplingTable.Default,
                new TreePolicy { IsUnordered = true, HasSigma = false, ChannelsFirst = true, Parities = parities });
    }

    /// <summary>The equivariants of one or two factors, a_{q λ} or √k couple(a_{q1 l1}, b_{q2 l2}, λ).</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="potentials">Potentials by their names.</param>
    /// <param name="factors">One name or two.</param>
    /// <param name="lambdaMax">The largest λ; null: lmax.</param>
    /// <param name="parities">Which σ.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">Not one or two names of fields that are there; or an order beyond the table's.</exception>
    public static EquivariantRepresentation Equivariants(
        DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, IReadOnlyList<string> factors, int? lambdaMax = null,
        Parities parities = Parities.Both, CouplingTable? table = null)
    {
        CouplingField[] fields = Fields(potentials, factors, factors.Count == 1 ? 1 : 2);
        int lambda = lambdaMax ?? expansion.LMax;
        if (factors.All(static f => f == Rho))
        {
            return factors.Count == 1 ? new DensityEquivariants(expansion, lambdaMax)
                : new LambdaSoap(expansion, lambdaMax, parities, table: table);
        }

        CouplingNode root = factors.Count == 1
            ? new CouplingLeaf(fields[0], "lambda")
            : new CouplingPair(new CouplingLeaf(fields[0], "l_1"), new CouplingLeaf(fields[1], "l_2"), "lambda");
        return new TreeEquivariants(
            expansion, new CouplingTree(root), Used(potentials, fields), lambda, table ?? CouplingTable.Default,
            new TreePolicy { IsUnordered = true, HasSigma = false, ChannelsFirst = true, Hidden = "lambda", Parities = parities });
    }

    private static CouplingField[] Fields(IReadOnlyList<NamedPotential> potentials, IReadOnlyList<string> factors, int count)
    {
        if (factors.Count != count) throw new ArgumentException($"{factors.Count} factors; expected {count}", nameof(factors));
        return factors.Select(f => f == Rho
            ? CouplingField.Density
            : potentials.FirstOrDefault(p => p.Name == f)?.CouplingField ?? throw new ArgumentException(
                $"no scalar field '{f}'; there are {string.Join(", ", potentials.Select(static p => p.Name).Prepend(Rho))}",
                    nameof(factors))).ToArray();
    }

    private static NamedPotential[] Used(IReadOnlyList<NamedPotential> potentials, CouplingField[] fields) =>
        potentials.Where(p => fields.Any(f => f.Name == p.Name)).ToArray();
}
