{{- define "staydown.name" -}}
{{- default (printf "%s" .Chart.Name) .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "staydown.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "staydown.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "staydown.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "staydown.selector" -}}
app.kubernetes.io/name: {{ include "staydown.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "staydown.labels" -}}
{{ include "staydown.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "staydown.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}

{{- define "staydown.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "staydown.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{- /* The configuration file: the chart's kafka section, then what `config` says. */ -}}
{{- define "staydown.config" -}}
kafka:
  brokers: {{ required "kafka.brokers is required: host:port,host:port" .Values.kafka.brokers | quote }}
  group: {{ .Values.kafka.group | quote }}
  topics:
    {{- toYaml .Values.kafka.topics | nindent 4 }}
  {{- with .Values.kafka.properties }}
  properties:
    {{- range $name, $value := . }}
    {{ $name | quote }}: {{ $value | toString | quote }}
    {{- end }}
  {{- end }}
  {{- with .Values.kafka.secrets }}
  secrets:
    {{- range $name, $from := . }}
    {{ $name | quote }}: {{ printf "file:/etc/staydown/secrets/%s" $name | quote }}
    {{- end }}
  {{- end }}
{{- with .Values.config }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Threads of a worker: as told, or one for each CPU of its limit, as `staydown worker` counts them; 1 where neither says. */ -}}
{{- define "staydown.threads" -}}
{{- $cpu := dig "limits" "cpu" "1" .Values.workers.resources | toString -}}
{{- if .Values.workers.threads -}}
{{ int .Values.workers.threads }}
{{- else if hasSuffix "m" $cpu -}}
{{ max 1 (divf (trimSuffix "m" $cpu) 1000 | ceil | int) }}
{{- else -}}
{{ max 1 (ceil $cpu | int) }}
{{- end -}}
{{- end -}}

{{- /* Threads beyond the partitions would get nothing to do. */ -}}
{{- define "staydown.checkPartitions" -}}
{{- $threads := include "staydown.threads" .root | int -}}
{{- if and .root.Values.topics.create (gt (mul .replicas $threads | int) (int .root.Values.topics.partitions)) -}}
{{- fail (printf "%s: %d workers of %d threads are more than the %d partitions (topics.partitions), and a partition is one thread's" .what (int .replicas) $threads (int .root.Values.topics.partitions)) -}}
{{- end -}}
{{- end -}}

{{- define "staydown.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "staydown.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{- define "staydown.mounts" -}}
- {name: config, mountPath: /etc/staydown/config, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- if .Values.kafka.secrets }}
- {name: secrets, mountPath: /etc/staydown/secrets, readOnly: true}
{{- end }}
{{- end -}}

{{- define "staydown.volumes" -}}
- name: config
  configMap: {name: {{ include "staydown.fullname" . }}}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
{{- if .Values.kafka.secrets }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $name, $from := .Values.kafka.secrets }}
      - secret:
          name: {{ $from.secret }}
          items: [{key: {{ $from.key | quote }}, path: {{ $name | quote }}}]
      {{- end }}
{{- end }}
{{- end -}}

{{- /* Egress to the brokers and to DNS. */ -}}
{{- define "staydown.egress" -}}
- ports:
    {{- $ports := list }}
    {{- range splitList "," .Values.kafka.brokers }}
    {{- $ports = append $ports (splitList ":" . | last | int) }}
    {{- end }}
    {{- range concat $ports .Values.networkPolicy.brokerPorts | uniq }}
    - {port: {{ int . }}}
    {{- end }}
  {{- with .Values.networkPolicy.brokerSelectors }}
  to: {{- toYaml . | nindent 4 }}
  {{- end }}
- ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]
{{- end -}}
