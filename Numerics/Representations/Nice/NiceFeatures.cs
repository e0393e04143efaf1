using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// N-body invariants by recursion and contraction (NICE): equivariants of order ν + 1 are products of those of order ν with the
/// coefficients of density, vectors or potentials; of each order the worthwhile products are made, what lower orders know is subtracted and
/// the rest contracted to principal components.
/// </summary>
/// <remarks>
/// (J. Nigam, S. Pozdnyakov, M. Ceriotti, J. Chem. Phys. 153, 121101, 2020.) |ρ^(ν+1); σ; λμ⟩ = Σ ⟨l m; k q|λμ⟩ ⟨n|ρ; l m⟩
/// ⟨Q|ρ^ν; σ (−1)^(l+k+λ); k q⟩. Features: ν slowest, then σ = +1 before −1, then component; those of ν = 1 are the
/// coefficients of order 0, (field, species, n). With a fit for each species
/// at the centre, the columns of one species after those of another, zero around atoms of others. Where features that are odd under time
/// reversal are wanted, τ = +1 stands before −1 in each σ. It is fitted once, on a sample, and is then a fixed polynomial with exact
/// derivatives.
/// </remarks>
public sealed class NiceFeatures : InvariantRepresentation
{
    /// <summary>The features of a fitted iteration.</summary>
    /// <param name="expansion">The expansion of density and vectors that it was fitted with.</param>
    /// <param name="fit">The fit.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <param name="potentials">The potential fields that it was fitted with; null: none.</param>
    /// <exception cref="ArgumentException">A fit of another expansion or other fields; or an l, J or λ is beyond the table's.</exception>
    public NiceFeatures(DensityExpansion expansion, NiceFit fit, CouplingTable? table = null,
        IReadOnlyList<NamedPotential>? potentials = null)
        : this(new NiceFields(expansion, potentials, fit?.Factors.Select(static f => f.Field.Name).ToArray()), fit!, table) { }

    private NiceFeatures(NiceFields fields, NiceFit fit, CouplingTable? table) : this(fields, fit, Build(fields, fit, table)) { }

    private NiceFeatures(NiceFields fields, NiceFit fit, (FeatureLabels Labels, FeatureProgram<double>[] Programs) made)
        : base(fields.Expansion, made.Labels)
    {
        (Fit, Potentials, Programs) = (fit, fields.Potentials, made.Programs);
        CouplingTrees = TreesOf(fit.Settings, fields.Factors);
    }

    /// <summary>The fit that is executed.</summary>
    public NiceFit Fit { get; }

    /// <inheritdoc/>
    public override int Order => Fit.Settings.Order;

    /// <summary>What is computed before channels are mixed, for each order: every feature is a sum of such trees.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    /// <summary>Multiply-adds that coupling and contraction of one environment take, expansion left out; the most of any species.</summary>
    public long MultiplyAdds => Programs.Max(static p => p.MultiplyAdds);

    internal override bool IsHomogeneous => false;

    internal override IReadOnlyList<NamedPotential> Potentials { get; }

    internal override int ProgramOf(int species)
    {
        for (int k = 0; k < Programs.Count; k++)
            if (Fit.Parts[k].Centre is not int z || z == species) return k;

        throw new ArgumentException(
            $"an atom of {Elements.Symbol(species)} at the centre; the fit has environments of {string.Join(", ", Fit.Parts.Select(static p => Elements.Symbol(p.Centre!.Value)))}");
    }

    internal override int FirstFeature(int program) => Programs.Take(program).Sum(static p => p.Shapes[p.Features].Channels);

    /// <summary><see cref="CouplingTrees"/> of all orders up to one.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="fields">The factors.</param>
    internal static IReadOnlyList<CouplingTree> TreesOf(NiceSettings settings, IReadOnlyList<CouplingField> fields)
    {
        var trees = new List<CouplingTree>();
        for (int order = 1; order <= settings.Order; order++)
        {
            foreach (CouplingField[] factors in Choices(fields, order))
            {
                // Exchanging the first two gives the same; what is odd under time reversal is no feature unless it is asked for.
                if (order > 1 && fields.ToList().IndexOf(factors[0]) > fields.ToList().IndexOf(factors[1])) continue;
                if (factors.Count(static f => f.TimeOdd) % 2 == 0 || settings.HasTimeOdd) trees.Add(Tree(factors));
            }
        }

        return trees;
    }

    private static IEnumerable<CouplingField[]> Choices(IReadOnlyList<CouplingField> fields, int order) => order == 0
        ? [[]]
        : Choices(fields, order - 1).SelectMany(first => fields.Select(f => (CouplingField[])[.. first, f]));

    private static CouplingTree Tree(CouplingField[] factors)
    {
        if (factors.Length == 1)
            return new CouplingTree(factors[0].Rank == 0 ? new CouplingLeaf(factors[0], 0) : new CouplingLeaf(factors[0], 1, 0));
        string before = factors[0].Rank == 0 ? "l1" : "j1";
        CouplingNode node = Leaf(factors[0], 1, before);
        for (int nu = 2; nu <= factors.Length; nu++)
        {
            // The last factor has the order of all before it.
            bool isLast = nu == factors.Length;
            node = new CouplingPair(
                node, Leaf(factors[nu - 1], nu, isLast ? before : factors[nu - 1].Rank == 0 ? $"l{nu}" : $"j{nu}"), isLast ? 0 : $"k{nu}");
            before = $"k{nu}";
        }

        return new CouplingTree(node);

        static CouplingLeaf Leaf(CouplingField field, int nu, string order) =>
            field.Rank == 0 ? new CouplingLeaf(field, order) : new CouplingLeaf(field, $"l{nu}", order);
    }

    private static (FeatureLabels Labels, FeatureProgram<double>[] Programs) Build(NiceFields fields, NiceFit fit, CouplingTable? table)
    {
        if (!fit.IsComplete) throw new ArgumentException("an interrupted fit: expected one with all its steps", nameof(fit));
        var programs = new List<FeatureProgram<double>>();
        var labels = new List<int>();
        foreach (NicePart part in fit.Parts)
        {
            NiceBuilder builder = NiceFit.Builder(fields, fit.Settings.Lambda ?? fields.Expansion.LMax, table, fit.Settings, part);
            fit.Basis.Require(builder.Basis);
            foreach (NiceStep step in part.Steps)
                builder.Contract(step, builder.Expand(step));

            var all = builder.Features(fit.Settings).ToArray();
            if (part.Output is { } output) all = Array.ConvertAll(output.Indices, f => all[f]);
            foreach ((int order, NiceKey key, int component, _) in all)
            {
                labels.AddRange([
                    .. part.Centre is int z ? (int[])[z] : [], order, key.Sigma, .. fit.Settings.HasTimeOdd ? (int[])[key.Tau] : [],
                        component]);
            }

            programs.Add(builder.Program(Array.ConvertAll(all, static f => f.Place), part.Output));
        }

        string[] columns = [
            .. fit.Settings.IsPerSpecies ? (string[])["center"] : [], "nu", "sigma", .. fit.Settings.HasTimeOdd ? (string[])["tau"] : [],
                "component"];
        return (new FeatureLabels(columns, [.. labels]), [.. programs]);
    }
}
