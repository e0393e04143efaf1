using System;
using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Reflection;
using Toolkit.Cli.Verbs;
using Toolkit.Numerics.Files;

namespace Toolkit.Cli;

/// <summary>
/// The command <c>toolkit</c>: its verbs, and the one place where errors become a line on stderr and an exit code:
/// 0 done, 1 failure (a file, a computation), 2 usage (an option, an argument).
/// </summary>
public static class Application
{
    // A new verb is a file in Verbs/ and a line here.
    private static Command[] Verbs() =>
    [
        CoefficientVerb.Create(),
        TablesVerb.Create(),
        ConvertVerb.Create(),
        FeaturesVerb.Create(),
        SpecVerb.Create(),
        FitVerb.Create(),
        EvaluateVerb.Create(),
        PredictVerb.Create(),
        MergeVerb.Create(),
        ServeVerb.Create(),
        ExchangeVerb.Create(),
        RelaxVerb.Create(),
        ExportVerb.Create(),
        ProveVerb.Create(),
        CheckVerb.Create(),
        DeriveVerb.Create(),
        RecoupleVerb.Create(),
        IndependentVerb.Create(),
    ];

    /// <summary>Runs the command line <paramref name="args"/>; results go to <paramref name="output"/>, everything
    /// else to <paramref name="error"/>. Returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand(
            "Exact coupling coefficients, proofs, symmetry-adapted features of atomic structures, and models of them.");
        foreach (Command verb in Verbs())
            root.Subcommands.Add(verb);
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();

        if (args.Length == 0)
        {
            root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = error, Error = error });
            return 2;
        }
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // Where a verb takes any number of files, a mistyped option passes for one.
        if ((parsed.Errors.Count > 0 || parsed.Tokens.Any(IsMistyped))
            && (Unknown(parsed, root) ?? (parsed.Errors is [var first, ..] ? Told(first) : null)) is { } fault)
        {
            return Fail(error, fault, 2);
        }

        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (UsageException e)
        {
            return Fail(error, e.Message, 2);
        }
        // What a user's files and data can cause. Anything else is a defect of ours and keeps its trace.
        catch (Exception e) when (e is FailureException or InputException or IOException or InvalidDataException or FormatException
            or UnauthorizedAccessException)
        {
            return Fail(error, e.Message, 1);
        }
    }

    /// <summary>What to say of an option or argument that cannot be taken.</summary>
    private static string Told(ParseError error)
    {
        if (error.SymbolResult is not OptionResult { Option: var option, Tokens: [var token, ..] }) return error.Message;
        return option.ValueType == typeof(int) && !int.TryParse(token.Value, out _) ? Found("a whole number")
            : option.ValueType == typeof(double) && !double.TryParse(token.Value, out _) ? Found("a number")
            : error.Message;

        string Found(string expected) => $"{option.Name}: found '{token.Value}', expected {expected}";
    }

    /// <summary>What to say of a verb or an option that there is none of, with the one that may be meant; null: it is another
    /// error.</summary>
    private static string? Unknown(ParseResult parsed, RootCommand root)
    {
        Command verb = parsed.CommandResult.Command;
        string? token = verb == root ? (parsed.UnmatchedTokens is [var unknown, ..] ? unknown : null)
            : parsed.UnmatchedTokens.FirstOrDefault(static t => t.StartsWith("--", StringComparison.Ordinal))
                ?? parsed.Tokens.FirstOrDefault(IsMistyped)?.Value;
        if (token is null)
            return null;

        (string place, string[] names) = verb == root
            ? ("verb", root.Subcommands.Select(static v => v.Name).ToArray())
            : ($"option of {verb.Name}", verb.Options.Select(static o => o.Name).ToArray());
        if (names.Contains(token)) return $"{token}: found where the option before it has its value, expected that value first";
        string meant = Suggestion.For(token, names) is string near ? $" (did you mean {near}?)" : "";
        return $"no {place} '{token}'{meant}: expected {string.Join(", ", names)}";
    }

    private static bool IsMistyped(Token token) =>
        token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal);

    private static int Fail(TextWriter error, string message, int code)
    {
        error.WriteLine("toolkit: " + string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        return code;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            string version = typeof(Application).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            // What follows a '+' is the commit.
            parseResult.InvocationConfiguration.Output.WriteLine(version.Split('+')[0]);
            return 0;
        }
    }
}

/// <summary>An option or argument that the command line cannot take: exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>Work that could not be done, for a reason that the user can do something about: exit code 1.</summary>
public sealed class FailureException(string message) : Exception(message);
