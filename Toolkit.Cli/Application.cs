using System;
using System.CommandLine;
using System.CommandLine.Invocation;
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
        ProveVerb.Create(),
        CheckVerb.Create(),
        DeriveVerb.Create(),
    ];

    /// <summary>Runs the command line <paramref name="args"/>; results go to <paramref name="output"/>, everything
    /// else to <paramref name="error"/>. Returns the exit code.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var root = new RootCommand("Exact coupling coefficients, proofs, and symmetry-adapted features of atomic structures.");
        foreach (Command verb in Verbs())
        {
            root.Subcommands.Add(verb);
        }
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();

        if (args.Length == 0)
        {
            root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = error, Error = error });
            return 2;
        }
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            bool noVerb = parsed.CommandResult.Command == root && parsed.UnmatchedTokens.Count > 0;
            return Fail(error, noVerb
                ? $"no verb '{parsed.UnmatchedTokens[0]}': expected {string.Join(", ", root.Subcommands.Select(verb => verb.Name))}"
                : parsed.Errors[0].Message, 2);
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
