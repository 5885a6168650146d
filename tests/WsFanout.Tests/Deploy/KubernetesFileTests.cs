using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using WsFanout.Hosting.Settings;
using WsFanout.Hosting.Settings.Input;
using WsFanout.Tests.Hosting.Settings;

namespace WsFanout.Tests.Deploy;

/// <summary>The manifests fit each other and the server: no cluster was at hand to try them on.</summary>
public sealed class KubernetesFileTests
{
    private static readonly IReadOnlyList<JsonNode> Documents =
        [.. ((string[])["wsfanout", "secret", "monitoring"]).SelectMany(name => YamlText.Documents(RepositoryFiles.ReadText($"deploy/kubernetes/{name}.yaml")))];

    private static readonly JsonNode Pod = Document("Deployment")["spec"]!["template"]!;
    private static readonly JsonNode Container = Pod["spec"]!["containers"]![0]!;

    public static TheoryData<string> Probes => ["startupProbe", "readinessProbe", "livenessProbe"];

    [Fact]
    public void Everything_that_is_promised_is_there_once_under_one_name()
    {
        Assert.Equal(
            ["v1 ConfigMap", "apps/v1 Deployment", "v1 Service", "policy/v1 PodDisruptionBudget", "autoscaling/v2 HorizontalPodAutoscaler", "v1 Secret", "monitoring.coreos.com/v1 PodMonitor"],
            Documents.Select(document => $"{document["apiVersion"]} {document["kind"]}"));
        Assert.All(Documents, document => Assert.Equal("wsfanout", $"{document["metadata"]!["name"]}"));
    }

    [Fact]
    public void The_server_takes_the_variables_as_they_are()
    {
        var settings = Settings();

        Assert.Equal((10_000, TimeSpan.FromSeconds(20)), (settings.Governor.MaxConnections, settings.Host.DrainTimeout));
        Assert.Equal("wsfanout", $"{Assert.Single(Container["envFrom"]!.AsArray())!["configMapRef"]!["name"]}");
        Assert.All(Variables(), variable => Assert.True(VariableNames.Classify(variable.Name, variable.Value) is NameKind.Known or NameKind.KnownFile, variable.Name));
    }

    [Fact]
    public void A_secret_that_a_variable_names_is_a_file_of_the_secret_where_it_is_mounted()
    {
        var mount = Assert.Single(Container["volumeMounts"]!.AsArray())!;
        var volume = Assert.Single(Pod["spec"]!["volumes"]!.AsArray())!;
        var files = Variables().Where(variable => variable.Name.EndsWith("_FILE", StringComparison.Ordinal)).Select(variable => variable.Value);

        Assert.Equal($"{mount["name"]}", $"{volume["name"]}");
        Assert.Equal("wsfanout", $"{volume["secret"]!["secretName"]}");
        Assert.Equal(Document("Secret")["stringData"]!.AsObject().Select(pair => $"{mount["mountPath"]}/{pair.Key}"), files);
    }

    [Fact]
    public void Applying_the_server_anew_does_not_touch_the_password()
    {
        Assert.DoesNotContain("kind: Secret", RepositoryFiles.ReadText("deploy/kubernetes/wsfanout.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_operators_job_is_the_one_that_the_rules_know()
    {
        var label = $"{Document("PodMonitor")["spec"]!["jobLabel"]}";

        Assert.Equal("wsfanout", $"{Pod["metadata"]!["labels"]![label]}");
        Assert.Contains("job_name: wsfanout\n", RepositoryFiles.ReadText("deploy/prometheus/prometheus.yml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_stream_keeps_at_least_what_the_history_is_filled_with()
    {
        var settings = Settings();

        Assert.True(settings.Stream.StreamMaxAge >= settings.History.MaxAge);
    }

    [Fact]
    public void A_pod_has_more_time_to_end_than_its_drain_takes()
    {
        var grace = Number(Pod["spec"]!["terminationGracePeriodSeconds"]!);
        var preStop = Number(Container["lifecycle"]!["preStop"]!["sleep"]!["seconds"]!);

        Assert.True(preStop > 0);

        // A second more with a broker that answers nothing.
        Assert.True(grace > preStop + Settings().Host.DrainTimeout.TotalSeconds + 1, $"{grace} s");
    }

    [Theory]
    [MemberData(nameof(Probes))]
    public void A_probe_asks_the_operators_port(string name)
    {
        var get = Container[name]!["httpGet"]!;

        Assert.Equal("admin", $"{get["port"]}");
        Assert.Equal(name == "readinessProbe" ? "/health/ready" : "/health/live", $"{get["path"]}");
        Assert.True(Number(Container[name]!["timeoutSeconds"]!) >= 5);
    }

    [Fact]
    public void The_ports_are_those_that_the_server_listens_on_and_only_clients_come_by_the_service()
    {
        var ports = Container["ports"]!.AsArray().ToDictionary(port => $"{port!["name"]}", port => $":{port!["containerPort"]}");
        var host = Settings().Host;

        Assert.Equal((host.Address, host.AdminAddress), (ports["clients"], ports["admin"]));
        Assert.Equal(2, ports.Count);
        Assert.Equal("clients", $"{Assert.Single(Document("Service")["spec"]!["ports"]!.AsArray())!["targetPort"]}");
        Assert.Equal(ports["admin"], $":{Pod["metadata"]!["annotations"]!["prometheus.io/port"]}");
        Assert.Equal("admin", $"{Document("PodMonitor")["spec"]!["podMetricsEndpoints"]![0]!["port"]}");
    }

    [Fact]
    public void The_container_is_granted_what_the_server_counts_on()
    {
        var (settings, resources) = (Settings(), Container["resources"]!);
        var cpu = Regex.Match($"{resources["limits"]!["cpu"]}", @"^(\d+)m$").Groups[1].Value;
        var memory = Regex.Match($"{resources["limits"]!["memory"]}", @"^(\d+)Mi$").Groups[1].Value;

        Assert.Equal(settings.Governor.CpuLimitCores, double.Parse(cpu, CultureInfo.InvariantCulture) / 1000);
        Assert.Equal(settings.Governor.MemoryLimitBytes, long.Parse(memory, CultureInfo.InvariantCulture) << 20);
        Assert.Equal($"{resources["limits"]!["cpu"]}", $"{resources["requests"]!["cpu"]}");
    }

    [Fact]
    public void The_autoscaler_reads_metrics_that_there_are_and_acts_before_newcomers_are_refused()
    {
        var governor = Settings().Governor;
        var metrics = Document("HorizontalPodAutoscaler")["spec"]!["metrics"]!.AsArray();
        var clients = metrics.Single(metric => $"{metric!["type"]}" == "Pods")!["pods"]!;
        var cpu = metrics.Single(metric => $"{metric!["type"]}" == "Resource")!["resource"]!;

        Assert.Contains($"{clients["metric"]!["name"]}", RepositoryFiles.ReadLines("tests/WsFanout.Tests/Deploy/metric-names.txt"));
        Assert.True(Number(clients["target"]!["averageValue"]!) <= governor.MaxConnections * 0.8);
        Assert.True(Number(cpu["target"]!["averageUtilization"]!) < governor.CpuRejectPercent);
        Assert.Contains($"'{clients["metric"]!["name"]}{{", RepositoryFiles.ReadText("deploy/kubernetes/README.md"), StringComparison.Ordinal);
        Assert.False(Document("Deployment")["spec"]!.AsObject().ContainsKey("replicas"));
    }

    [Fact]
    public void Every_selector_finds_the_pods()
    {
        var labels = Pod["metadata"]!["labels"]!.ToJsonString();

        Assert.All((string[])["Deployment", "PodDisruptionBudget", "PodMonitor"], kind => Assert.Equal(labels, Document(kind)["spec"]!["selector"]!["matchLabels"]!.ToJsonString()));
        Assert.Equal(labels, Document("Service")["spec"]!["selector"]!.ToJsonString());
        Assert.Equal(labels, Pod["spec"]!["topologySpreadConstraints"]![0]!["labelSelector"]!["matchLabels"]!.ToJsonString());
    }

    [Fact]
    public void The_pod_has_no_right_and_no_place_to_write_to()
    {
        var (pod, container) = (Pod["spec"]!["securityContext"]!, Container["securityContext"]!);

        Assert.Equal(("true", "1654", "1654"), ($"{pod["runAsNonRoot"]}", $"{pod["runAsUser"]}", $"{pod["runAsGroup"]}"));
        Assert.Contains("\nUSER 1654:1654\n", RepositoryFiles.ReadText("Dockerfile"), StringComparison.Ordinal);
        Assert.Equal("RuntimeDefault", $"{pod["seccompProfile"]!["type"]}");
        Assert.Equal(("true", "false"), ($"{container["readOnlyRootFilesystem"]}", $"{container["allowPrivilegeEscalation"]}"));
        Assert.Equal("""["ALL"]""", container["capabilities"]!["drop"]!.ToJsonString());
        Assert.Equal(("false", "false"), ($"{Pod["spec"]!["enableServiceLinks"]}", $"{Pod["spec"]!["automountServiceAccountToken"]}"));
    }

    [Fact]
    public void The_image_carries_the_version_of_the_build()
    {
        var version = Regex.Match(RepositoryFiles.ReadText("Directory.Build.props"), "<Version>(.+)</Version>").Groups[1].Value;

        Assert.Equal($"wsfanout:{version}", $"{Container["image"]}");
    }

    private static JsonNode Document(string kind) => Documents.Single(document => $"{document["kind"]}" == kind);

    private static IEnumerable<(string Name, string Value)> Variables() => Document("ConfigMap")["data"]!.AsObject().Select(pair => (pair.Key, $"{pair.Value}"));

    private static double Number(JsonNode node) => double.Parse($"{node}", CultureInfo.InvariantCulture);

    /// <summary>As the server reads them, with a file of this machine's in the place of each secret.</summary>
    private static ServerSettings Settings()
    {
        var folder = Directory.CreateTempSubdirectory("wsfanout-secrets-");
        try
        {
            return Reading.Sound(Reading.Of([.. Variables().Select(variable =>
            {
                if (!variable.Name.EndsWith("_FILE", StringComparison.Ordinal)) return variable;
                var file = Path.Combine(folder.FullName, Path.GetFileName(variable.Value));
                File.WriteAllText(file, "secret\n");
                return (variable.Name, file);
            })]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
