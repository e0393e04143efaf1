using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;

namespace Toolkit.Numerics.Representations;

/// <summary>The representations of a specification, one or a list whose features stand side by side, and what they must agree on.</summary>
internal static class RepresentationsSection
{
    private const string Section = "representation", Path = "$." + Section;

    /// <param name="reader">The specification.</param>
    /// <param name="source">Its name; the file of a tree is looked for in its folder.</param>
    /// <param name="vectors">Its vector fields.</param>
    /// <param name="potentials">Its potentials.</param>
    internal static RepresentationSpec[] Read(
        SpecReader reader, string source, IReadOnlyList<VectorFieldSpec> vectors, IReadOnlyList<PotentialFieldSpec> potentials)
    {
        SpecReader[] places = reader.Each(Path).ToArray();
        RepresentationSpec[] all = places.Select(r => RepresentationSpec.Read(r, source, vectors, potentials)).ToArray();
        for (int k = 1; k < all.Length; k++)
        {
            if (all[k].IsEquivariant != all[0].IsEquivariant)
            {
                throw places[k].Bad(Path + ".kind", all[k].Described,
                    $"{(all[0].IsEquivariant ? "equivariants" : "invariants")}, as the first of the list");
            }

            if (all[k].Nice is not null && all.Take(k).Any(static r => r.Nice is not null))
                throw places[k].Bad(Path + ".kind", "nice again", "nice once in a list");
        }

        RequireFields(reader, all, vectors, potentials);
        return all;
    }

    internal static void Write(Utf8JsonWriter json, IReadOnlyList<RepresentationSpec> all, int lmax)
    {
        json.WritePropertyName(Section);
        if (all.Count == 1)
        {
            all[0].Write(json, lmax);
            return;
        }

        json.WriteStartArray();
        foreach (RepresentationSpec r in all)
            r.Write(json, lmax);

        json.WriteEndArray();
    }

    /// <summary>A field that is stated is one that is read.</summary>
    private static void RequireFields(
        SpecReader r, RepresentationSpec[] all, IReadOnlyList<VectorFieldSpec> vectors, IReadOnlyList<PotentialFieldSpec> potentials)
    {
        bool readsTrees = all.Any(static a => a.Tree is not null), isNice = all.Any(static a => a.Nice is not null);
        string what = all.Length == 1 ? $"kind {all[0].Word}"
            : string.Create(CultureInfo.InvariantCulture, $"{all.Length} representations that do not read it");
        if (!all.Any(static a => a.IsSpin) && vectors.FirstOrDefault(f => !all.Any(a => a.Names(f.Name))) is { } vector)
        {
            throw r.Bad("$.fields", $"the vector field {vector.Name} with {what}",
                readsTrees ? "fields that the tree reads" : isNice ? "vector fields that factors name"
                : "vector fields only with the spin- kinds, nice and tree");
        }

        if (potentials.FirstOrDefault(p => !all.Any(a => a.Names(p.Name))) is { } potential)
        {
            throw r.Bad("$.fields", $"the potential {potential.Name}, which nothing reads",
                readsTrees ? "fields that the tree reads" : "potentials that factors name");
        }
    }
}
