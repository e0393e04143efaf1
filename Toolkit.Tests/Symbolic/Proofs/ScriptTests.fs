module Toolkit.Tests.Symbolic.Proofs.ScriptTests

open System.Numerics
open Expecto
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

let private scripts generate =
    [ for entry in Catalogue.entries do
          if entry.ByDefault then
              entry.Name, (generate entry.Name (TheoremTests.proved entry): string) ]

let private lastLine (text: string) = text.TrimEnd().Split('\n') |> Array.last |> _.Trim()

[<Tests>]
let tests =
    testList "Symbolic.Proofs.ScriptTests" [
        testCase "SymPy finds no failing identity in any theorem" <| fun () ->
            Tool.withPython "sympy" (fun python ->
                for name, script in scripts Scripts.sympy do
                    Assert.Equal((name, "0"), (name, lastLine (python script []))))

        testCase "Maxima finds no failing identity in any theorem" <| fun () ->
            for name, script in scripts Scripts.maxima do
                match Tool.run "maxima" [ "--very-quiet" ] script with
                | Some(_, out, _) -> Assert.Equal((name, "0"), (name, lastLine out))
                | None -> SharedData.skipped "no maxima"

        testCase "scripts compare numbers relative to their size: a theorem times 10**20 is true, too" <| fun () ->
            let theorem = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "3j.recursion-j"))
            let c = theorem.Certificate :?> NormalisationCertificate
            let k = BigInteger.Pow(BigInteger 10, 20)
            let struct (up, down) = c.Scale
            let terms = c.Terms |> List.map (fun t -> { t with Coefficient = k * t.Coefficient })

            match Normalisation.prove c.Symbol theorem.Premises[0] terms c.Domains c.Witnesses (struct (k * up, down)) with
            | Error why -> failwith why
            | Ok large ->
                Tool.withPython "sympy" (fun python -> Assert.Equal("0", lastLine (python (Scripts.sympy "large" large) [])))

                match Tool.run "maxima" [ "--very-quiet" ] (Scripts.maxima "large" large) with
                | Some(_, out, _) -> Assert.Equal("0", lastLine out)
                | None -> SharedData.skipped "no maxima"

        testCase "scripts of different theorems on symbols differ in more than comments, and end with the statement at points" <| fun () ->
            let code (script: string) =
                script.Split '\n' |> Array.filter (fun l -> not (l.StartsWith '#')) |> String.concat "\n"

            let all = scripts Scripts.sympy |> List.filter (fun (name, _) -> name.StartsWith "3j.r" || name.StartsWith "6j.")
            let ends = all |> List.filter (fun (_, script) -> script.Contains "wigner_6j")
            Assert.True(ends.Length >= 8, $"{ends.Length} end with points")
            Assert.Equal(ends.Length, ends |> List.map (snd >> code) |> List.distinct |> List.length)

        testCase "Maxima notices a statement that is false at points" <| fun () ->
            let noticed (name: string) (old: string) (fresh: string) =
                let _, script = scripts Scripts.maxima |> List.find (fst >> (=) name)
                Assert.Contains(old, script)

                match Tool.run "maxima" [ "--very-quiet" ] (script.Replace(old, fresh)) with
                | Some(_, out, _) -> Assert.NotEqual<string>("0", lastLine out)
                | None -> SharedData.skipped "no maxima"

            noticed "6j.orthogonality" "2*v_e + 1" "2*v_e + 2"
            noticed "3j.recursion-m" "then wigner_3j(a, b, c, x, y, z)" "then wigner_3j(a, b, c, x, y, z)/(1 + b + y)"
            noticed "3j.regge" "then wigner_3j(a, b, c, x, y, z)" "then abs(wigner_3j(a, b, c, x, y, z))"
            noticed "3j.normalisation" "makelist(k, k, -20, 20)" "makelist(k, k, -20, 0)"
            noticed "3j.orthogonality-m" "makelist(k, k, -20, 20)" "makelist(k, k, -20, 0)"

        testCase "SymPy notices a statement that is false at points" <| fun () ->
            Tool.withPython "sympy" (fun python ->
                let noticed (name: string) (old: string) (fresh: string) =
                    let _, script = scripts Scripts.sympy |> List.find (fst >> (=) name)
                    Assert.Contains(old, script)
                    Assert.NotEqual<string>("0", lastLine (python (script.Replace(old, fresh)) []))

                noticed "6j.orthogonality" "S(2)*v_e + S(1)" "S(2)*v_e + S(2)"
                noticed "3j.normalisation" "range(-20, 21)" "range(-20, 1)"
                noticed "d.unitarity" "conjugate(f_D(" "(f_D("
                noticed "harmonics.null-vector" "found.coeff(x, n)" "found.coeff(x, n + 1)"
                noticed "6j.racah-formula" "c*u*v" "abs(c)*u*v"
                noticed "invariance.spin-power-spectrum-summed" "cg(a[0], m, b[0], n, l, 0)" "abs(cg(a[0], m, b[0], n, l, 0))")

        testCase "the scripts of every theorem about numbers end with its statement at points" <| fun () ->
            for name, script in scripts Scripts.sympy do
                let theorem = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = name))
                let parts = match theorem.Statement with :? AllOf as all -> all.Parts | single -> [ single ]
                let isRead = parts |> List.exists (fun part -> (Toolkit.Symbolic.Statements.Reader.read part.Text).IsOk)
                Assert.Equal((name, isRead), (name, script.Contains "sum(differ(*sides) for sides in laws())"))

        testCase "SymPy notices a wrong certificate" <| fun () ->
            Tool.withPython "sympy" (fun python ->
                let name, script = scripts Scripts.sympy |> List.head
                let wrong = script.Replace("failures += (", "failures += (1 + ")
                Assert.NotEqual<string * string>((name, "0"), (name, lastLine (python wrong []))))
    ]
