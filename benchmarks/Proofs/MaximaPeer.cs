using System;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Toolkit.Benchmarks.Proofs;

/// <summary>
/// Maxima's Zeilberger (packages maxima and maxima-share) on the sums of the 3j and 6j symbols, where it is installed. It
/// finds a recursion in one variable and a rational certificate; the square roots and the boundaries are left to the user.
/// </summary>
internal static class MaximaPeer
{
    /// <summary>The 3j symbol's sum along m2 + n, m3 − n.</summary>
    public const string RecursionM = "(-1)^s/(s!*(a-s)!*(b-s)!*(c+n-s)!*(d+s)!*(e-n+s)!)";

    /// <summary>The 3j symbol's sum along j1 + n.</summary>
    public const string RecursionJ = "(-1)^s/(s!*(a+n-s)!*(b+n-s)!*(c-s)!*(d+s)!*(e-n+s)!)";

    /// <summary>The 6j symbol's sum along j1 + n.</summary>
    public const string SixJ =
        "(-1)^s*(s+1)!/((s-a-n)!*(s-b-n)!*(s-c)!*(s-d)!*(e+n-s)!*(f-s)!*(a+b+c+d-e-f+n-s)!)";

    /// <summary>Time that Maxima takes to find the recursion in n, in milliseconds, without its start; null: no Maxima, or no
    /// answer within the limit.</summary>
    /// <param name="term">The summand in s and n.</param>
    /// <param name="limit">Given up after this time.</param>
    public static double? Milliseconds(string term, TimeSpan limit)
    {
        string script =
            $"load(\"zeilberger\")$ t:elapsed_real_time()$ r:Zeilberger({term}, s, n)$ t:elapsed_real_time()-t$ "
            + "if length(r) > 0 then print(\"seconds\", float(t))$ quit()$";
        var start = new ProcessStartInfo("maxima", ["--very-quiet"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process maxima = Process.Start(start)!;
            maxima.StandardInput.WriteLine(script);
            maxima.StandardInput.Close();
            System.Threading.Tasks.Task<string> text = maxima.StandardOutput.ReadToEndAsync();
            if (!maxima.WaitForExit(limit))
            {
                maxima.Kill(entireProcessTree: true);
                return null;
            }
            foreach (string line in text.Result.Split('\n'))
            {
                string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (words is ["seconds", var seconds, ..])
                    return 1000 * double.Parse(seconds, CultureInfo.InvariantCulture);
            }
            return null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
