using System.Collections.Generic;
using System.Text.Json;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Representations;

/// <summary>The section fields: what atoms carry beside the density, vectors or potentials.</summary>
internal static class FieldsSection
{
    /// <summary>How a potential is spelt.</summary>
    internal const string Potential = "potential";

    /// <summary>How a vector is spelt.</summary>
    internal const string Vector = "vector";

    internal static SpecList Node { get; } =
        new("fields", "what atoms carry beside the density: vectors for the spin- kinds and trees, potentials for factors and trees",
    [
        new SpecName("name", "what labels, factors and coupling trees call it: letters, digits and underscores, a letter first, and not rho", null),
        new SpecChoice("kind", "what atoms carry", false,
        [
            new(Vector, "a vector with three components"),
            new(Potential, "the potential 1/r^p of all atoms, far ones included, projected on the radial basis"),
        ]),
        .. VectorFieldSpec.Members,
        new SpecChoice("center", "where the vector of the atom at the centre goes, or whether its own charge counts", false,
            [.. VectorFieldSpec.CentreOptions]) { WhenAbsent = "`separate` with vectors, `include` with potentials" },
        .. PotentialFieldSpec.Members,
    ]);

    /// <summary>The fields in their order.</summary>
    internal static (VectorFieldSpec[] Vectors, PotentialFieldSpec[] Potentials) Read(SpecReader r)
    {
        var vectors = new List<VectorFieldSpec>();
        var potentials = new List<PotentialFieldSpec>();
        var names = new HashSet<string>();
        for (int k = 0; k < r.Integer("$.fields"); k++)
        {
            string at = $"$.fields[{k}].", name = r.Word(at + "name");
            if (!VectorField.IsName(name))
                throw r.Bad(at + "name", InputError.Quote(name), "letters, digits and underscores, a letter first, and not rho");

            if (!names.Add(name))
                throw r.Bad(at + "name", InputError.Quote(name) + " twice", "each name once");

            bool isPotential = r.Word(at + "kind") == Potential;
            foreach (SpecNode other in isPotential ? VectorFieldSpec.Members : PotentialFieldSpec.Members)
            {
                if (r.IsGiven(at + other.Name))
                {
                    throw r.Bad(at + other.Name, "this key with kind " + r.Word(at + "kind"),
                        $"{other.Name} only with kind {(isPotential ? Vector : Potential)}");
                }
            }

            if (isPotential) potentials.Add(PotentialFieldSpec.Read(r, at, name));
            else vectors.Add(VectorFieldSpec.Read(r, at, name));
        }

        return ([.. vectors], [.. potentials]);
    }

    internal static void Write(Utf8JsonWriter json, IReadOnlyList<VectorFieldSpec> vectors, IReadOnlyList<PotentialFieldSpec> potentials)
    {
        if (vectors.Count + potentials.Count == 0)
            return;

        json.WriteStartArray("fields");
        foreach (VectorFieldSpec field in vectors)
            field.Write(json);

        foreach (PotentialFieldSpec field in potentials)
            field.Write(json);

        json.WriteEndArray();
    }
}
