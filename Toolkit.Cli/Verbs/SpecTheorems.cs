using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations;
using Toolkit.Symbolic.CouplingTrees;
using Toolkit.Symbolic.Proofs.Theorems;
using CouplingTree = Toolkit.Symbolic.CouplingTrees.CouplingTree;

namespace Toolkit.Cli.Verbs;

/// <summary>
/// What there is to prove about a user's own file: a specification, whose representation describes itself as coupling
/// trees, or one coupling tree in the format coupling-tree/1.
/// </summary>
internal static class SpecTheorems
{
    /// <summary>
    /// Invariance or covariance, the sign under the inversion and that under time reversal, permutations of sites and gradients of
    /// every tree, named after the file: <c>invariance.NAME</c>, or <c>invariance.NAME.1</c>, … where there are several trees;
    /// and all of it as <c>specification.NAME</c>.
    /// </summary>
    /// <exception cref="InputException">The file is neither; with the place.</exception>
    public static IReadOnlyList<Entry> Read(string path)
    {
        List<CouplingTree> trees = IsTree(path)
            ? [Parse(path, File.ReadAllText(path))]
            : [.. Spec.Read(path).CouplingTrees(path).Select(tree => Parse(path, tree.ToJson()))];
        return Trees.ofTrees(Name(path), ListModule.OfSeq(trees));
    }

    private static CouplingTree Parse(string path, string json)
    {
        FSharpResult<CouplingTree, string> tree = CouplingTreeReader.read(json);
        return tree.IsOk ? tree.ResultValue : throw new InvalidDataException($"{path}: {tree.ErrorValue}");
    }

    /// <summary>A specification has no key "format"; files that cannot be read are left to its reader, which says why.</summary>
    private static bool IsTree(string path)
    {
        try
        {
            var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), options);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("format", out _);
        }
        catch (IOException)
        {
            return false;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The file's name without its extension, as a part of a theorem's name.</summary>
    private static string Name(string path)
    {
        var name = new StringBuilder();
        foreach (char c in Path.GetFileNameWithoutExtension(path))
            name.Append(char.IsAsciiLetterOrDigit(c) || c == '_' ? c : '-');
        return name.Length > 0 ? name.ToString() : "spec";
    }
}
